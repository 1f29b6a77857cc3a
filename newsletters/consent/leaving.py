"""Leaving: at once, for good, and with its line in the ledger."""

import logging
import re
from datetime import datetime, timedelta
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from typing import Final
from urllib.parse import unquote

from django.db import transaction
from django.utils import timezone

from newsletters.consent.joining import LinkClosed, activate
from newsletters.consent.suppression import suppressed_since
from newsletters.models import ConsentEvent, Subscriber, Subscription
from newsletters.tokens import BadToken, Dated, read_unsubscribe_token

logger = logging.getLogger(__name__)

# A departure may be taken back from the very page that follows it, not from an older one: the
# link of a letter travels with the letter, and must not enrol anybody.
UNDO: Final = timedelta(hours=1)
_TOKEN: Final = re.compile(r"\d{1,19}\.[A-Za-z0-9_-]{20}")
_State = Subscription.State


@transaction.atomic
def leave(
    *, subscription: Subscription, origin: str, own_act: bool = True, at: datetime | None = None
) -> None:
    """End a subscription, at once and for good (RGPD art. 7.3). Leaving twice changes nothing.

    `origin` says by which way, in French: it is read in the person's file. `own_act`: whether the
    person did it, which starts the retention clock again; what others do for them does not.
    """
    now = at or timezone.now()
    left = (
        Subscription.objects.filter(pk=subscription.pk)
        .exclude(state=_State.LEFT)
        .update(state=_State.LEFT, left_at=now)
    )
    if left:
        ConsentEvent.objects.create(
            subscriber_id=subscription.subscriber_id,
            periodical_id=subscription.periodical_id,
            action=ConsentEvent.Action.LEFT,
            at=now,
            origin=origin,
        )
        if own_act:
            people = Subscriber.objects.filter(pk=subscription.subscriber_id)
            people.update(last_action_at=now, reminded_at=None)
        logger.info("event=subscription_left subscription=%s", subscription.pk)
    subscription.refresh_from_db(fields=["state", "left_at"])


@transaction.atomic
def leave_all(*, subscriber: Subscriber, origin: str, own_act: bool = True) -> list[Subscription]:
    """Leave every letter, those that still wait for a confirmation included.

    Those that were received, all left at one moment: one slip takes the whole act back.
    """
    left, now = list(subscriber.subscriptions.exclude(state=_State.LEFT)), timezone.now()
    received = [one for one in left if one.state == _State.ACTIVE]
    for subscription in left:
        leave(subscription=subscription, origin=origin, own_act=own_act, at=now)
    return received


def leave_by_mail(raw: bytes) -> bool:
    """End the subscription that a message names; False for any other message.

    The `mailto:` of List-Unsubscribe (RFC 2369 §3.2) puts the signed token in the subject; some
    mail programs put it in the address. The body is never read: an answer that quotes the letter
    holds its links and asks for nothing.
    """
    # The head only, and not `policy.default`: it raises on headers that real programs write.
    message = BytesHeaderParser().parsebytes(raw)
    answer = str(message.get("Auto-Submitted", "")).strip().lower().startswith("auto-replied")
    if answer or message.get_content_type() == "multipart/report":
        # RFC 3834 §5: « auto-replied » answers what it quotes. Not « auto-generated », which a mail
        # program may say of a departure that its reader asked for by its own button.
        return False
    said = " ".join(_decoded(message.get(name)) for name in ("Subject", "To", "Delivered-To"))
    # As `mailto:` writes it, when a program has left it so: « %2012.… » would read as 2012.
    for token in _TOKEN.findall(unquote(said)):
        try:
            pk = read_unsubscribe_token(token)
        except BadToken:
            continue
        for subscription in Subscription.objects.filter(pk=pk):
            leave(subscription=subscription, origin="Désinscription par courriel")
            return True
    return False


def _decoded(header: object) -> str:
    try:
        return str(make_header(decode_header(str(header or ""))))
    except (ValueError, LookupError, HeaderParseError):
        return str(header)


@transaction.atomic
def explain(*, subscription: Subscription, reason: str) -> None:
    """Keep why somebody left, if they care to say so: a word of a closed list, nothing typed."""
    left = Subscription.objects.filter(pk=subscription.pk, state=_State.LEFT)
    if left.exclude(left_reason=reason).update(left_reason=Subscription.LeftReason(reason)):
        ConsentEvent.objects.create(
            subscriber_id=subscription.subscriber_id,
            periodical_id=subscription.periodical_id,
            action=ConsentEvent.Action.CHANGED,
            origin="Raison du départ",
        )


@transaction.atomic
def undo_leaving(*, slip: Dated) -> list[Subscription]:
    """« Je me suis trompé·e »: take back one departure, within the hour. Raises LinkClosed.

    Lawful as the correction of a slip: the link exists only on the page shown to whoever has just
    left, names that very departure (of one letter, or of all those it ended), and restores the
    consent given before. Any later departure, complaint or erasure voids it. The letters received
    again, or already.
    """
    rows = Subscription.objects.select_for_update(of=("self",)).select_related("periodical")
    found = list(rows.filter(pk__in=(slip.key, *slip.numbers)).order_by("periodical__title"))
    taken_back = [one for one in found if one.left_at == slip.at and one.confirmed_at]
    held = [one for one in found if one.state == _State.ACTIVE or one in taken_back]
    if not held or timezone.now() - slip.at > UNDO:
        raise LinkClosed
    if taken_back and _refused_since(taken_back[0].subscriber, slip.at):
        raise LinkClosed
    for subscription in taken_back:
        activate(
            subscription=subscription, origin="Désinscription annulée aussitôt par la personne"
        )
    return held


def _refused_since(person: Subscriber, at: datetime) -> bool:
    """A complaint made once gone moves no date of a subscription, and follows whoever moves."""
    complaints = person.consent_events.filter(action=ConsentEvent.Action.COMPLAINED)
    return suppressed_since(person.email_key, at) or complaints.filter(at__gte=at).exists()
