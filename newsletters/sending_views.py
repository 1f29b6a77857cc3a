"""The sending screens of the admin: each validates, calls `lifecycle`, says what happened."""

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import TemplateView, View

from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.log_actions import log

from newsletters import doubts, errata, lifecycle, preflight, rendering
from newsletters.delivery.rest import rest_of
from newsletters.editions import without_links
from newsletters.figures import aftermath, balance, pace, refusals, safeguards, skips
from newsletters.forms import ErratumForm, ReadersForm, ScheduleForm, TestSendForm
from newsletters.models import Equation, IssuePage, Mailing
from newsletters.permissions import APPROVE, PREPARE, SEND, may_follow, open_archives
from newsletters.rendering import LifecycleError
from newsletters.report_lines import counts

_PAGE: Final = 100


def require(request: HttpRequest, right: str) -> None:
    if not request.user.has_perm(right):
        raise PermissionDenied


class SendingScreen(WagtailAdminTemplateMixin, TemplateView):
    """Common furniture; whoever takes part in a sending may look."""

    header_icon = "mail"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_follow(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": reverse("mailings:index"), "label": "Envois"}
        return [*self.breadcrumbs_items, index, {"url": "", "label": self.get_page_title()}]


class MailingIndex(SendingScreen):
    page_title = "Envois"
    template_name = "newsletters/admin/mailing_index.html"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": "Envois"}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        unsent: QuerySet[IssuePage] = (
            IssuePage.objects.to_send().newest_first().select_related("periodical")
        )
        mailings = Mailing.objects.select_related("issue__periodical").defer("html", "text")
        return super().get_context_data(
            mailings=Paginator(mailings, _PAGE).get_page(self.request.GET.get("p")),
            unsent=unsent[:10],
            archives=open_archives(self.request.user),
            **kwargs,
        )


class PrepareMailing(SendingScreen):
    """What would leave, what stands in the way, a test to oneself, then « Préparer »."""

    template_name = "newsletters/admin/prepare.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.issue = get_object_or_404(IssuePage, pk=kwargs["issue_id"])

    def get_page_title(self) -> str:
        return f"Préparer l'envoi : {self.issue.title}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        latest = self.issue.get_latest_revision_as_object()
        # Opening every link takes seconds: on request here, and always when preparing.
        thorough = "complet" in self.request.GET
        readers = ReadersForm(self.request.GET)
        segment = readers.chosen if readers.is_valid() else None
        context = {
            "issue": latest,
            "report": preflight.report(latest, thorough=thorough),
            "recipients": lifecycle.expected_audience(issue=self.issue, segment=segment),
            "segment": segment,
            "readers_form": readers,
            "test_form": TestSendForm(initial={"addresses": self.request.user.email}),
        }
        return super().get_context_data(**(context | kwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require(request, PREPARE)
        if "test" in request.POST:
            return self.send_test(request)
        readers = ReadersForm(request.POST)
        if not readers.is_valid():
            # Never to everybody instead of the few who were meant.
            messages.error(request, "Ce segment n'existe plus : choisissez les destinataires.")
            return HttpResponseRedirect(request.path)
        try:
            mailing = lifecycle.prepare(issue=self.issue, user=request.user, segment=readers.chosen)
        except LifecycleError as error:
            messages.error(request, str(error))
            return self.render_to_response(self.get_context_data())
        log(self.issue, "newsletters.prepared", user=request.user, data={"mailing": mailing.pk})
        messages.success(request, "L'envoi est prêt à être relu et approuvé.")
        return HttpResponseRedirect(reverse("mailings:detail", args=[mailing.pk]))

    def send_test(self, request: HttpRequest) -> HttpResponse:
        form = TestSendForm(request.POST)
        if form.is_valid():
            try:
                count = lifecycle.send_test(
                    issue=self.issue, addresses=form.cleaned_data["addresses"], user=request.user
                )
            except LifecycleError as error:
                form.add_error("addresses", str(error))
            else:
                messages.success(
                    request, f"Test envoyé à {count} adresse{'s' if count > 1 else ''}."
                )
                return HttpResponseRedirect(request.path)
        return self.render_to_response(self.get_context_data(test_form=form))


class MailingDetail(SendingScreen):
    template_name = "newsletters/admin/mailing.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.mailing = get_object_or_404(
            Mailing.objects.select_related("issue__periodical", "approved_by", "created_by"),
            pk=kwargs["pk"],
        )

    def get_page_title(self) -> str:
        return self.mailing.subject

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        state, states = self.mailing.state, Mailing.State
        equation = self.mailing.equation()
        context = {
            "mailing": self.mailing,
            "report": preflight.report(rendering.latest(self.mailing.issue))
            if state == states.DRAFT
            else None,
            "equation": equation,
            "counts": counts(equation),
            "balance": balance(equation),
            "schedule_form": ScheduleForm(),
            "expected": errata.expected(self.mailing),
            "changed": state in (states.APPROVED, states.SCHEDULED)
            and rendering.has_changed(mailing=self.mailing),
            "erratum_form": ErratumForm(),
            "rest": rest_of(self.mailing) if state == states.FINISHED else None,
            "refusals": refusals(self.mailing),
            "skips": skips(self.mailing),
            "aftermath": aftermath(self.mailing),
            "safeguards": safeguards(self.mailing),
            "links": self.mailing.links.order_by("-clicks", "number"),
            "pace": pace(self.mailing)["pace"] if state == states.SENDING else "",
            "is_followed": state in (states.SCHEDULED, states.SENDING, states.PAUSED),
        }
        return super().get_context_data(**(context | self._allowed(equation) | kwargs))

    def _allowed(self, equation: Equation) -> dict[str, bool]:
        """What this person may do to the mailing as it stands."""
        state, states, user = self.mailing.state, Mailing.State, self.request.user
        sends, prepares = user.has_perm(SEND), user.has_perm(PREPARE)
        begun, over = self.mailing.audience is not None, state in doubts.SETTLED
        waits = state in (states.APPROVED, states.SCHEDULED, states.PAUSED)
        doubtful = over and equation.uncertain > 0 and not self.mailing.anonymised_at
        return {
            "may_withdraw": waits and not begun and prepares,
            "may_correct": state == states.FINISHED and not self.mailing.is_erratum and prepares,
            "may_approve": state == states.DRAFT and user.has_perm(APPROVE),
            "may_schedule": state == states.APPROVED and sends,
            "may_pause": state in (states.SCHEDULED, states.SENDING) and sends,
            "may_resume": state == states.PAUSED and sends,
            "may_cancel": not over and sends,
            "may_send_rest": state == states.FINISHED and sends,
            "may_settle": doubtful and sends,
            "may_set_rules": user.has_perm("newsletters.change_sendingrules"),
            "may_set_limits": user.has_perm("newsletters.view_ratelimit"),
        }


class MailingProgress(View):
    """The counts as JSON, for the screen that refreshes itself; no address in it."""

    def get(self, request: HttpRequest, pk: int) -> JsonResponse:
        if not may_follow(request.user):
            raise PermissionDenied
        mailing = get_object_or_404(Mailing.objects.defer("html", "text"), pk=pk)
        equation = mailing.equation()
        return JsonResponse(
            {
                "state": mailing.state,
                "label": mailing.get_state_display(),
                **equation.as_dict(),
                "balance": balance(equation),
                **pace(mailing),
                **safeguards(mailing),
            }
        )


class MailingContent(View):
    """The frozen HTML, alone in a sandbox: nothing in it runs, nothing in it is the admin's."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not may_follow(request.user):
            raise PermissionDenied
        mailing = get_object_or_404(Mailing, pk=pk)
        return sandboxed(without_links(mailing.html))


def sandboxed(html: str) -> HttpResponse:
    response = HttpResponse(html)
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; img-src 'self' data: http: https:; style-src 'unsafe-inline'; "
        "frame-ancestors 'self'; sandbox"
    )
    return response
