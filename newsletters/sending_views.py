"""The sending screens of the admin: each validates, calls `lifecycle`, says what happened."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView, View

from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.log_actions import log

from newsletters import errata, lifecycle, preflight, rendering
from newsletters.delivery.rest import rest_of
from newsletters.editions import without_links
from newsletters.figures import balance, pace, refusals, safeguards
from newsletters.forms import ErratumForm, ReadersForm, ScheduleForm, TestSendForm
from newsletters.models import IssuePage, Mailing
from newsletters.permissions import APPROVE, PREPARE, SEND, may_follow, open_archives
from newsletters.rendering import LifecycleError


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
        return super().get_context_data(
            mailings=Mailing.objects.select_related("issue__periodical").defer("html", "text")[
                :100
            ],
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
                messages.success(request, f"Test envoyé à {count} adresse(s).")
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
        state, states, user = self.mailing.state, Mailing.State, self.request.user
        equation = self.mailing.equation()
        context = {
            "mailing": self.mailing,
            "report": preflight.report(rendering.latest(self.mailing.issue))
            if state == states.DRAFT
            else None,
            "equation": equation,
            "balance": balance(equation),
            "schedule_form": ScheduleForm(),
            "expected": errata.expected(self.mailing),
            "changed": state in (states.APPROVED, states.SCHEDULED)
            and rendering.has_changed(mailing=self.mailing),
            "may_withdraw": state in (states.APPROVED, states.SCHEDULED, states.PAUSED)
            and self.mailing.audience is None
            and user.has_perm(PREPARE),
            "may_correct": state == states.FINISHED
            and not self.mailing.is_erratum
            and user.has_perm(PREPARE),
            "erratum_form": ErratumForm(),
            "may_approve": state == states.DRAFT and user.has_perm(APPROVE),
            "may_schedule": state == states.APPROVED and user.has_perm(SEND),
            "may_pause": state in (states.SCHEDULED, states.SENDING) and user.has_perm(SEND),
            "may_resume": state == states.PAUSED and user.has_perm(SEND),
            "may_cancel": state not in (states.FINISHED, states.CANCELLED) and user.has_perm(SEND),
            "may_send_rest": state == states.FINISHED and user.has_perm(SEND),
            "rest": rest_of(self.mailing) if state == states.FINISHED else None,
            "refusals": refusals(self.mailing),
            "safeguards": safeguards(self.mailing),
            "may_set_rules": user.has_perm("newsletters.change_sendingrules"),
            "may_set_limits": user.has_perm("newsletters.view_ratelimit"),
            "links": self.mailing.links.order_by("-clicks", "number"),
            "pace": pace(self.mailing)["pace"] if state == states.SENDING else "",
            "is_followed": state in (states.SCHEDULED, states.SENDING, states.PAUSED),
        }
        return super().get_context_data(**(context | kwargs))


class MailingAction(View):
    """POST only: a link, a preview or a scanner can never approve or send."""

    http_method_names = ["post"]
    rights = {
        "approuver": APPROVE,
        "programmer": SEND,
        "pause": SEND,
        "reprendre": SEND,
        "annuler": SEND,
        "retirer": PREPARE,
        "rectifier": PREPARE,
        "reste": SEND,
    }

    def post(self, request: HttpRequest, pk: int, action: str) -> HttpResponse:
        if action not in self.rights:
            raise PermissionDenied
        require(request, self.rights[action])
        mailing = get_object_or_404(Mailing, pk=pk)
        try:
            message = getattr(self, action)(request, mailing)
        except LifecycleError as error:
            messages.error(request, str(error))
        else:
            log(
                mailing.issue,
                f"newsletters.{action}",
                user=request.user,
                data={"mailing": mailing.pk, "content_hash": mailing.content_hash},
            )
            messages.success(request, message)
        return HttpResponseRedirect(reverse("mailings:detail", args=[self.goes_to or pk]))

    goes_to: int | None = None

    def approuver(self, request: HttpRequest, mailing: Mailing) -> str:
        seen = request.POST.get("content_hash", "")
        lifecycle.approve(mailing=mailing, content_hash=seen, user=request.user)
        return "Contenu approuvé. Toute modification du numéro demandera une nouvelle approbation."

    def programmer(self, request: HttpRequest, mailing: Mailing) -> str:
        form = ScheduleForm(request.POST)
        if not form.is_valid():
            problems = [str(problem) for errors in form.errors.values() for problem in errors]
            raise LifecycleError(" ".join(problems))
        # Only the confirmation screen knows it: nobody sends what was not repeated to them.
        if request.POST.get("content_hash") != mailing.approved_hash:
            raise LifecycleError("Confirmez l'objet et le nombre de destinataires.")
        at = form.cleaned_data["at"] or timezone.now()
        limit = form.cleaned_data["stop_after"]
        lifecycle.schedule(mailing=mailing, at=at, user=request.user, stop_after=limit)
        leaves = timezone.localtime(mailing.scheduled_at)
        return f"Envoi programmé pour le {leaves:%d/%m/%Y à %H:%M}. Il peut encore être annulé."

    def pause(self, request: HttpRequest, mailing: Mailing) -> str:
        lifecycle.pause(mailing=mailing, reason="Mis en pause depuis l'administration.")
        return "L'envoi s'arrête : les messages déjà remis au relais ne peuvent être repris."

    def reprendre(self, request: HttpRequest, mailing: Mailing) -> str:
        lifecycle.resume(mailing=mailing)
        return "L'envoi reprend là où il s'était arrêté."

    def annuler(self, request: HttpRequest, mailing: Mailing) -> str:
        lifecycle.cancel(mailing=mailing)
        return "Envoi annulé. Ce qui est déjà parti est conservé dans le procès-verbal."

    def retirer(self, request: HttpRequest, mailing: Mailing) -> str:
        lifecycle.withdraw(mailing=mailing)
        return "L'envoi revient à la préparation ; son approbation est levée."

    def rectifier(self, request: HttpRequest, mailing: Mailing) -> str:
        form = ErratumForm(request.POST)
        note = form.cleaned_data["correction"] if form.is_valid() else ""
        erratum = errata.prepare_erratum(mailing=mailing, correction=note, user=request.user)
        self.goes_to = erratum.pk
        return "Le rectificatif est prêt à être relu et approuvé."

    def reste(self, request: HttpRequest, mailing: Mailing) -> str:
        count = lifecycle.send_rest(mailing=mailing)
        return f"L'envoi reprend pour {count} personne(s) ; aucune ne le recevra deux fois."


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
