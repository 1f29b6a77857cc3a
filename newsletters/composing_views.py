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
from newsletters.permissions import may_follow, open_archives
from newsletters.sending_views import SendingScreen


class ComposingScreen(SendingScreen):
    """For those who write, whatever part they have in the sendings."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may_enter():
            raise PermissionDenied
        return View.dispatch(self, request, *args, **kwargs)

    def may_enter(self) -> bool:
        raise NotImplementedError

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": reverse("composer:index"), "label": Composer.page_title}
        return [*self.breadcrumbs_items, index, {"url": "", "label": self.get_page_title()}]


class Composer(ComposingScreen):
    """Where an editor starts: each series, its newest issues and a new one."""

    page_title = "Composer un numéro"
    template_name = "newsletters/admin/composer.html"
    header_icon = "edit"

    def may_enter(self) -> bool:
        self.archives = open_archives(self.request.user)
        return bool(self.archives)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        series = [
            (archive, archive.periodical.issues.newest_first().prefetch_related("mailings")[:5])
            for archive in self.archives
        ]
        return super().get_context_data(series=series, **kwargs)


class StartIssue(ComposingScreen):
    """Says what will be made, then makes it by POST. `source`: « dupliquer » an issue (the newest
    of the archive unless one is named) or « nouveau »."""

    template_name = "newsletters/admin/start.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.model: IssuePage | None = None
        if issue_id := kwargs.get("issue_id"):
            self.model = get_object_or_404(IssuePage, pk=issue_id)
            self.archive = self.model.get_parent().specific
            return
        self.archive = get_object_or_404(PeriodicalPage, pk=kwargs["archive_id"])
        if kwargs["source"] == "dupliquer":
            self.model = self.archive.periodical.issues.newest_first().first()

    def may_enter(self) -> bool:
        may_add: bool = self.archive.permissions_for_user(self.request.user).can_add_subpage()
        return may_add

    def get_page_title(self) -> str:
        return f"Dupliquer « {self.model} »" if self.model else "Nouveau numéro"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            model=self.model,
            series=self.archive.periodical,
            next_title=duplication.next_title(self.archive),
            kept=duplication.kept_sections(self.archive),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.model:
            issue = duplication.duplicate(issue=self.model, user=request.user)
        else:
            issue = duplication.new_issue(archive=self.archive, user=request.user)
        messages.success(request, f"« {issue.title} » est créé, non publié.")
        return HttpResponseRedirect(reverse("wagtailadmin_pages:edit", args=[issue.pk]))


class RefreshIssue(ComposingScreen):
    """Both versions side by side; only what is ticked changes, in a draft."""

    template_name = "newsletters/admin/refresh.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.issue = get_object_or_404(IssuePage, pk=kwargs["issue_id"])

    def may_enter(self) -> bool:
        may_edit: bool = self.issue.permissions_for_user(self.request.user).can_edit()
        return may_edit

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
