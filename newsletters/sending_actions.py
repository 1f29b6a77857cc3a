"""What is done to a sending from its screen: a POST, a right, a call of `lifecycle`, a sentence."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.generic import View

from wagtail.log_actions import log

from newsletters import doubts, errata, lifecycle
from newsletters.forms import ErratumForm, ScheduleForm
from newsletters.models import Mailing
from newsletters.permissions import APPROVE, PREPARE, SEND
from newsletters.rendering import LifecycleError
from newsletters.sending_views import require


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
        "remis": SEND,
        "renvoyer": SEND,
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
        lifecycle.resume(mailing=mailing, seen=request.POST.get("pause_kind"))
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
        people = f"{count} personne{_s(count)}"
        return f"L'envoi reprend pour {people} ; aucune ne le recevra deux fois."

    def remis(self, request: HttpRequest, mailing: Mailing) -> str:
        count = doubts.hold_as_received(mailing=mailing)
        return f"{_messages(count)} incertain{_s(count)} tenu{_s(count)} pour remis."

    def renvoyer(self, request: HttpRequest, mailing: Mailing) -> str:
        count = doubts.send_again(mailing=mailing)
        return f"{_messages(count)} incertain{_s(count)} : l'envoi reprend pour les renvoyer."


def _messages(count: int) -> str:
    return f"{count} message{_s(count)}"


def _s(count: int) -> str:
    return "s" if count > 1 else ""
