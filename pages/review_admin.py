"""The editor's side of the review: create a link, revoke it. POST only, each under its right."""

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from wagtail.admin import messages

from pages import review
from pages.models import ExperiencePage, ReviewLink

CREATE, REVOKE = "pages.add_reviewlink", "pages.change_reviewlink"
User = get_user_model()


def may(user: "User", right: str, page: ExperiencePage) -> bool:
    """Both the right on links and the one to edit this page."""
    return user.has_perm(right) and page.permissions_for_user(user).can_edit()


def _editor(page: ExperiencePage) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("wagtailadmin_pages:edit", args=[page.pk]))


@require_POST
def create(request: HttpRequest, page_id: int) -> HttpResponse:
    page = get_object_or_404(ExperiencePage, pk=page_id)
    if not may(request.user, CREATE, page):
        raise PermissionDenied
    try:
        link = review.create_link(page=page, user=request.user)
    except review.ReviewError as error:
        messages.error(request, str(error))
    else:
        until = link.expires_at.strftime("%d/%m/%Y")
        messages.success(
            request,
            f"Lien de relecture créé, valable jusqu'au {until} : copiez-le depuis le panneau "
            "« Relecture par le porteur ».",
        )
    return _editor(page)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    link = get_object_or_404(ReviewLink.objects.select_related("page"), pk=pk)
    if not may(request.user, REVOKE, link.page):
        raise PermissionDenied
    review.revoke(link=link, user=request.user)
    messages.success(request, "Le lien de relecture ne fonctionne plus.")
    return _editor(link.page)


def admin_urls() -> list[URLPattern]:
    return [
        path("relectures/<int:page_id>/creer/", create, name="create_review_link"),
        path("relectures/liens/<int:pk>/revoquer/", revoke, name="revoke_review_link"),
    ]
