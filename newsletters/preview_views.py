"""« Voir comme un·e abonné·e » : the mail of one reader, in the ways mail is read."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.generic import View

from newsletters import seen_as
from newsletters.audience_admin.journal import note
from newsletters.models import IssuePage
from newsletters.models.issue import MAIL_PREVIEWS
from newsletters.permissions import SEE_ADDRESSES, may_follow
from newsletters.rendering import LifecycleError
from newsletters.seen_as import PROFILES, Reader
from newsletters.sending_views import SendingScreen, sandboxed

MODES = [
    ("email", "Courriel"),
    ("email-sans-images", "Images bloquées"),
    ("email-sombre", "Sombre"),
    ("texte", "Texte brut"),
]
WIDTHS = [("600", "600 px"), ("375", "375 px")]


def may_look(user: Any, issue: IssuePage) -> bool:
    return may_follow(user) or issue.permissions_for_user(user).can_edit()


def chosen_reader(request: HttpRequest, issue: IssuePage) -> Reader:
    """The profile or the subscriber named by the address. Raises PermissionDenied, Http404."""
    wanted = request.GET.get("lecteur", "")
    if not wanted.isdecimal():
        return PROFILES.get(wanted, PROFILES["personne"])
    if not request.user.has_perm(SEE_ADDRESSES):
        raise PermissionDenied
    people = issue.periodical.subscriptions.select_related("subscriber")
    return seen_as.reader_of(get_object_or_404(people, pk=wanted), issue)


class PreviewAs(SendingScreen):
    template_name = "newsletters/admin/preview_as.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.issue = get_object_or_404(IssuePage, pk=kwargs["issue_id"])
        if not may_look(request.user, self.issue):
            raise PermissionDenied
        return View.dispatch(self, request, *args, **kwargs)

    def get_page_title(self) -> str:
        return f"Voir comme un·e abonné·e : {self.issue.title}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query = self.request.GET
        reader = chosen_reader(self.request, self.issue)
        mode, width = query.get("mode", ""), query.get("largeur", "")
        context: dict[str, Any] = {
            "issue": self.issue,
            "reader": reader,
            "profiles": PROFILES.values(),
            "may_choose": self.request.user.has_perm(SEE_ADDRESSES),
            "wanted": query.get("q", ""),
            "modes": MODES,
            "mode": mode if mode in dict(MODES) else "email",
            "widths": WIDTHS,
            "width": width if width in dict(WIDTHS) else "600",
        }
        if context["may_choose"]:
            found = seen_as.search(self.issue, context["wanted"])
            # The one chosen is shown too, by a link that need not search.
            if count := len(found) + reader.key.isdecimal():
                note(self.request.user, "listed", what="Voir comme un·e abonné·e", count=count)
            context["found"] = [seen_as.reader_of(one, self.issue) for one in found]
        try:
            context["seen"] = seen_as.seen_by(reader, self.issue)
        except LifecycleError as error:
            context["problem"] = str(error)
        return super().get_context_data(**(context | kwargs))


class SeenContent(View):
    """The mail alone, in a sandbox: its links lead nowhere that acts for anybody."""

    def get(self, request: HttpRequest, issue_id: int) -> HttpResponse:
        issue = get_object_or_404(IssuePage, pk=issue_id)
        if not may_look(request.user, issue):
            raise PermissionDenied
        try:
            seen = seen_as.seen_by(chosen_reader(request, issue), issue)
        except LifecycleError as error:
            return HttpResponse(str(error), content_type="text/plain; charset=utf-8")
        mode = request.GET.get("mode", "")
        if mode == "texte":
            return HttpResponse(seen.text, content_type="text/plain; charset=utf-8")
        return sandboxed(MAIL_PREVIEWS.get(mode, str)(seen.html))
