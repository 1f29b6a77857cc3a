"""Admin screens of the yearly collection: create it from the year's sheets, keep its PDF."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from wagtail.admin.auth import require_admin_access
from wagtail.log_actions import log

from pages.models import ExperienceIndexPage, ExperiencePage, RecueilPage
from pages.printing.recueil import prefilled, record
from pages.typesetting.press import TypesettingError


def years_to_collect() -> list[int]:
    """The years with published sheets and no collection yet, the newest first."""
    sheets = ExperiencePage.objects.live().exclude(year=None)
    taken = RecueilPage.objects.values("year")
    return list(
        sheets.exclude(year__in=taken).order_by("-year").values_list("year", flat=True).distinct()
    )


@require_admin_access
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, index_id: int) -> HttpResponse:
    """A form with the year, then the draft, prefilled from the newest collection before it."""
    listing = get_object_or_404(ExperienceIndexPage, pk=index_id)
    if not listing.permissions_for_user(request.user).can_add_subpage():
        raise PermissionDenied
    years = years_to_collect()
    wanted = request.POST.get("year", "")
    if request.method == "POST" and wanted.isdecimal() and int(wanted) in years:
        page = prefilled(int(wanted))
        page.owner = request.user
        listing.add_child(instance=page)
        revision = page.save_revision(user=request.user, log_action="wagtail.create", clean=False)
        messages.success(
            request, f"Le brouillon « {revision.content_object.title} » est prêt à compléter."
        )
        return redirect("wagtailadmin_pages:edit", page.pk)
    context: dict[str, Any] = {
        "listing": listing,
        "years": [(year, sheet_count(year)) for year in years],
    }
    return render(request, "pages/admin/recueil_create.html", context)


def sheet_count(year: int) -> int:
    return ExperiencePage.objects.live().public().filter(year=year).count()


@require_admin_access
@require_http_methods(["GET", "POST"])
def keep(request: HttpRequest, page_id: int) -> HttpResponse:
    """A confirmation, then a new PDF of record; an unchanged volume makes no new version."""
    page = get_object_or_404(RecueilPage, pk=page_id)
    if not page.permissions_for_user(request.user).can_publish():
        raise PermissionDenied
    if request.method == "POST":
        _keep(request, page)
        return redirect("recueil_keep", page.pk)
    context = {"page": page, "versions": page.versions.all()}
    return render(request, "pages/admin/recueil_keep.html", context)


def _keep(request: HttpRequest, page: RecueilPage) -> None:
    if not page.live:
        messages.error(request, "Publiez d'abord le recueil : son PDF est téléchargeable.")
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
    log(page, "pages.recueil_kept", user=request.user, data={"version": version.number})
    messages.success(request, f"La version {version.number} est enregistrée.")
