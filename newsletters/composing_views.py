"""Starting an issue, and filling it from the site or from an address."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.generic import View

from newsletters import duplication, linked, preflight, refreshing
from newsletters.models import IssuePage, PeriodicalPage
from newsletters.outside import Unreachable
from newsletters.permissions import may_follow
from newsletters.sending_views import SendingScreen


class StartIssue(View):
    """POST only. `source`: « dupliquer » the newest issue of the archive, or « nouveau »."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, archive_id: int, source: str) -> HttpResponse:
        archive = get_object_or_404(PeriodicalPage, pk=archive_id)
        if not archive.permissions_for_user(request.user).can_add_subpage():
            raise PermissionDenied
        last = archive.periodical.issues.newest_first().first()
        if source == "dupliquer" and last is not None:
            issue: IssuePage = duplication.duplicate(issue=last, user=request.user)
        else:
            issue = duplication.new_issue(archive=archive, user=request.user)
        messages.success(request, f"« {issue.title} » est créé, non publié.")
        return HttpResponseRedirect(reverse("wagtailadmin_pages:edit", args=[issue.pk]))


class RefreshIssue(SendingScreen):
    """Both versions side by side; only what is ticked changes, in a draft."""

    template_name = "newsletters/admin/refresh.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.issue = get_object_or_404(IssuePage, pk=kwargs["issue_id"])
        if not self.issue.permissions_for_user(request.user).can_edit():
            raise PermissionDenied
        return View.dispatch(self, request, *args, **kwargs)

    def get_page_title(self) -> str:
        return f"Actualiser depuis le site : {self.issue.title}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        latest = self.issue.get_latest_revision_as_object()
        found = refreshing.differences(latest)
        return super().get_context_data(issue=latest, differences=found, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        chosen = request.POST.getlist("item")
        latest = self.issue.get_latest_revision_as_object()
        if latest.locked:
            raise PermissionDenied
        if chosen:
            refreshing.refresh(issue=latest, keys=chosen, user=request.user)
            messages.success(request, f"{len(chosen)} contenu(s) actualisé(s) dans le brouillon.")
        return HttpResponseRedirect(reverse("wagtailadmin_pages:edit", args=[self.issue.pk]))


class CheckIssue(View):
    """The panel « Prêt à envoyer ? » after every check. POST: it opens other people's pages."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, issue_id: int) -> HttpResponse:
        issue = get_object_or_404(IssuePage, pk=issue_id)
        if not issue.permissions_for_user(request.user).can_edit():
            raise PermissionDenied
        draft = issue.get_latest_revision_as_object()
        context = {
            "object": draft,
            "report": preflight.report(draft, thorough=True),
            "missing": list(preflight.missing(draft)),
            "may_follow": may_follow(request.user),
        }
        return render(request, "newsletters/admin/ready.html", context)


class DescribeLink(View):
    """Title and medium of a pasted address, as JSON. POST: a foreign page must not make us ask."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> JsonResponse:
        if not settings.NEWSLETTER_ASK_OUTSIDE:
            return JsonResponse({"error": "offline"}, status=503)
        try:
            described = linked.describe(request.POST.get("url", ""))
        except Unreachable as error:
            return JsonResponse({"error": error.failure.value}, status=422)
        return JsonResponse({"title": described.title, "media": described.media})
