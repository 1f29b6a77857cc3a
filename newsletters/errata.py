"""« Envoyer un rectificatif » : the corrected letter, to those who received the wrong one."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from newsletters.models import Mailing
from newsletters.rendering import LifecycleError, fill, latest
from newsletters.richtext import plain


@transaction.atomic
def prepare_erratum(*, mailing: Mailing, correction: str, user: AbstractBaseUser | None) -> Mailing:
    """The draft erratum of a mailing that has ended: same issue as it now is, `correction` on top.

    It is approved and scheduled like any mailing, and goes only to the accepted rows of the one it
    corrects. Raises LifecycleError.
    """
    Mailing.objects.select_for_update().get(pk=mailing.pk)
    states = Mailing.State
    if mailing.state not in (states.FINISHED, states.CANCELLED) or mailing.audience is None:
        raise LifecycleError("Un rectificatif suit un envoi parti et terminé.")
    if mailing.anonymised_at:
        raise LifecycleError("Cet envoi est ancien : on ne sait plus qui l'a reçu.")
    if mailing.is_erratum:
        raise LifecycleError("Un rectificatif corrige l'envoi d'origine, pas un rectificatif.")
    if not plain(correction):
        raise LifecycleError("Dites en une phrase ce qui est corrigé.")
    if mailing.errata.exclude(state__in=[states.DRAFT, states.CANCELLED]).exists():
        raise LifecycleError("Cet envoi a déjà un rectificatif.")
    issue = mailing.issue
    erratum = mailing.errata.filter(state=states.DRAFT).first() or Mailing(issue=issue)
    erratum.corrects, erratum.correction = mailing, plain(correction)
    fill(erratum, latest(issue))
    erratum.content_hash = erratum.issue_hash = erratum.fingerprint()
    erratum.approved_hash = ""
    erratum.created_by_id = user.pk if user else erratum.created_by_id
    erratum.save()
    return erratum


def expected(mailing: Mailing) -> int:
    """How many people would receive this mailing if it left now."""
    return mailing.readers().count()
