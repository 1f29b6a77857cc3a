"""Admin screen of the yearly collection: create it from the year's sheets."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from wagtail.admin.auth import require_admin_access

from pages.models import ExperienceIndexPage, ExperiencePage, RecueilPage
from pages.printing.recueil import prefilled


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
