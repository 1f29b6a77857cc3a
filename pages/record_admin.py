"""« PDF de référence », in the admin: its screen, its button, its log entry."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from wagtail import hooks
from wagtail.admin.auth import require_admin_access
from wagtail.admin.widgets import Button
from wagtail.log_actions import log
from wagtail.models import Page

from pages.models.record import PrintedPage
from pages.printing.record import record
from pages.typesetting.press import TypesettingError


@hooks.register("register_admin_urls")
def record_urls() -> list[URLPattern]:
    return [path("imprimes/<int:page_id>/pdf/", keep, name="record_keep")]


@hooks.register("register_log_actions")
def record_log_actions(actions: Any) -> None:
    actions.register_action("pages.record_kept", "PDF de référence", "PDF de référence enregistré")


@hooks.register("register_page_header_buttons")
def record_button(
    page: Any, user: Any, view_name: str, next_url: str | None = None
) -> Iterator[Button]:
    if (
        isinstance(page.specific_deferred, PrintedPage)
        and page.permissions_for_user(user).can_publish()
    ):
        yield Button(
            "PDF de référence",
            reverse("record_keep", args=[page.pk]),
            icon_name="doc-full",
            priority=15,
        )


@require_admin_access
@require_http_methods(["GET", "POST"])
def keep(request: HttpRequest, page_id: int) -> HttpResponse:
    """A confirmation, then a new PDF of record; what has not changed makes no new version."""
    page = get_object_or_404(Page, pk=page_id).specific
    if not isinstance(page, PrintedPage):
        raise Http404("Cette page ne s'imprime pas.")
    if not page.permissions_for_user(request.user).can_publish():
        raise PermissionDenied
    if request.method == "POST":
        _keep(request, page)
        return redirect("record_keep", page.pk)
    context = {"page": page, "versions": page.versions.all()}
    return render(request, "pages/admin/record_keep.html", context)


def _keep(request: HttpRequest, page: PrintedPage) -> None:
    if not page.live:
        messages.error(request, "Publiez d'abord la page : son PDF est téléchargeable.")
        return
    newest = page.versions.first()
    try:
        version = record(page=page)
    except TypesettingError as error:
        messages.error(request, str(error))
        return
    if newest and version.pk == newest.pk:
        messages.info(request, f"Rien n'a changé depuis la version {version.number}.")
        return
    log(page, "pages.record_kept", user=request.user, data={"version": version.number})
    messages.success(request, f"La version {version.number} est enregistrée.")
