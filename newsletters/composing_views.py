"""Starting an issue from the series or from the last one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import View

from newsletters import duplication
from newsletters.models import IssuePage, PeriodicalPage


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
