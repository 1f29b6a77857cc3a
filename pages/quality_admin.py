"""« Harmoniser » and « Corriger »: POST only, for whoever may edit the page."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from wagtail.admin import messages
from wagtail.models import Page

from pages import quality
from pages.models import BasePage

OPERATIONS = {
    "harmoniser": (quality.harmonise, "Écriture inclusive harmonisée dans un nouveau brouillon."),
    "corriger": (quality.heal, "Mots coupés recollés dans un nouveau brouillon."),
}


@require_POST
def correct(request: HttpRequest, page_id: int, operation: str) -> HttpResponse:
    if operation not in OPERATIONS:
        raise Http404
    page = get_object_or_404(Page, pk=page_id).specific
    if not isinstance(page, BasePage) or page.alias_of_id:
        raise Http404
    lock = page.get_lock()
    editable = page.permissions_for_user(request.user).can_edit()
    if not editable or (lock and lock.for_user(request.user)):
        raise PermissionDenied
    run, message = OPERATIONS[operation]
    if run(page=page, user=request.user):
        messages.success(request, message)
    else:
        messages.info(request, "Rien à corriger.")
    return HttpResponseRedirect(reverse("wagtailadmin_pages:edit", args=[page.pk]))


def admin_urls() -> list[URLPattern]:
    return [path("qualite/<int:page_id>/<slug:operation>/", correct, name="correct_text")]
