"""The last look before « Envoyer », and the frozen mail as a file."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import View

from newsletters import errata, preflight, rendering
from newsletters.editions import filled
from newsletters.forms import ScheduleForm
from newsletters.models import IssuePage, Mailing
from newsletters.permissions import SEND, may_follow
from newsletters.preview_views import may_look
from newsletters.rendering import LifecycleError
from newsletters.sending_views import SendingScreen, require

NOT_ENGAGED = (Mailing.State.DRAFT, Mailing.State.CANCELLED)


class ConfirmMailing(SendingScreen):
    """Subject, number of readers and time, repeated; changes nothing by itself."""

    template_name = "newsletters/admin/confirm.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        mailings = Mailing.objects.select_related("issue__periodical", "corrects")
        self.mailing = get_object_or_404(mailings, pk=kwargs["pk"])

    def get_page_title(self) -> str:
        return "Confirmer l'envoi"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require(request, SEND)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = ScheduleForm(self.request.GET)
        context = {
            "mailing": self.mailing,
            "form": form,
            "at": form.cleaned_data.get("at") if form.is_valid() else None,
            "report": preflight.report(rendering.latest(self.mailing.issue)),
            "expected": errata.expected(self.mailing),
            "ready": self.mailing.state == Mailing.State.APPROVED,
            "undo_minutes": settings.NEWSLETTER_UNDO_MINUTES,
        }
        return super().get_context_data(**(context | kwargs))


class MailingFile(View):
    """« Télécharger le HTML » of what was frozen, byte for byte but the way out."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not may_follow(request.user):
            raise PermissionDenied
        return mail_file(get_object_or_404(Mailing, pk=pk), f"lettre-{pk}")


class IssueFile(View):
    """« Télécharger le HTML » of an issue: what was approved or sent, else its draft, so named."""

    def get(self, request: HttpRequest, issue_id: int) -> HttpResponse:
        issue = get_object_or_404(IssuePage, pk=issue_id)
        if not may_look(request.user, issue):
            raise PermissionDenied
        engaged = issue.mailings.exclude(state__in=NOT_ENGAGED).order_by("pk").last()
        if engaged:
            return mail_file(engaged, issue.slug)
        draft = Mailing(issue=issue)
        try:
            rendering.fill(draft, rendering.latest(issue))
        except LifecycleError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(reverse("wagtailadmin_pages:edit", args=[issue.pk]))
        return mail_file(draft, f"{issue.slug}-brouillon")


def mail_file(mailing: Mailing, name: str) -> HttpResponse:
    """The mail alone, for a partner who sends it from another tool.

    The personal links become those where anybody may leave or choose: a partner's readers are not
    in our ledger, and somebody else's link must not travel.
    """
    leave = f"mailto:{mailing.reply_to or mailing.from_email}?subject=desinscription"
    choose = settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse("newsletters:link")
    html = filled(mailing.html, unsubscribe=leave, preferences=choose)
    response = HttpResponse(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.html"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
