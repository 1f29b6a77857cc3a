"""The moment a mailing stops depending on anything: its bytes checked, its people written down."""

import logging
from typing import Final

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import Value
from django.db.models.expressions import Combinable
from django.utils import timezone

from newsletters.delivery.links import write_links
from newsletters.delivery.place import here
from newsletters.models import Delivery, Equation, Mailing

logger = logging.getLogger(__name__)

_State = Mailing.State
_NOBODY: Final = "Aucune personne n'est abonnée à cette série : rien à envoyer."
_NOBODY_CHOSEN: Final = "Personne ne correspond au segment choisi : rien à envoyer."


class FreezeError(RuntimeError):
    """The mailing may not leave as it is; its text is French and says why."""


@transaction.atomic
def freeze(*, mailing: Mailing) -> Equation:
    """Write the ledger of an approved mailing and start it, all or nothing.

    Freezing again what is frozen returns its equation and changes nothing. Raises FreezeError when
    the mailing is not approved, when its content is not the one approved, or when nobody would
    receive it.
    """
    locked = Mailing.objects.select_for_update().select_related("issue").get(pk=mailing.pk)
    if locked.audience is None:
        _check(locked, seen=mailing)
        plan(locked)
        write_links(locked)
        locked.audience = locked.deliveries.count()
        if not locked.audience:
            raise FreezeError(_NOBODY_CHOSEN if locked.audience_rules else _NOBODY)
        locked.state = _State.SENDING
        locked.started_at = timezone.now()
        locked.environment = locked.environment or here()
        locked.save(update_fields=["audience", "state", "started_at", "environment"])
        logger.info("event=frozen mailing=%s audience=%s", locked.pk, locked.audience)
    return locked.equation()


def _check(mailing: Mailing, *, seen: Mailing) -> None:
    if mailing.state not in (_State.APPROVED, _State.SCHEDULED):
        raise FreezeError("Cet envoi n'est pas approuvé.")
    # Between the moment it was found due and now, a person may have put it off or taken it back.
    if (mailing.state, mailing.scheduled_at) != (seen.state, seen.scheduled_at):
        raise FreezeError("Cet envoi vient d'être programmé autrement.")
    # The hash approved, the hash prepared and the bytes as they are now: one of the three alone
    # would let an edit in the database, or an approval of another version, go out.
    if not mailing.approved_hash == mailing.content_hash == mailing.fingerprint():
        raise FreezeError(
            "Le contenu n'est plus celui qui a été approuvé. "
            "Préparez et approuvez l'envoi à nouveau."
        )


def plan(mailing: Mailing) -> None:
    """Write down who is mailable and not yet in the ledger of this mailing.

    One INSERT … SELECT: 400,000 people never pass through Python.
    """
    columns: dict[str, str | Combinable] = {
        "mailing_id": Value(mailing.pk),
        "subscriber_id": "subscriber_id",
        "subscription_id": "pk",
        "email": "subscriber__email",
        "state": Value(Delivery.State.PLANNED.value),
        "skip_reason": Value(""),
        "worker": Value(""),
        "attempts": Value(0),
        "reply_text": Value(""),
    }
    people = (
        mailing.readers()
        # Not the address alone: whoever changed it since would receive the letter at both.
        .exclude(subscriber__deliveries__mailing=mailing)
        .order_by("pk")
        .values_list(*columns.values())
    )
    try:
        select, params = people.query.sql_with_params()
    except EmptyResultSet:
        return  # a place that is gone: Django knows without asking that nobody matches
    quote = connection.ops.quote_name
    table = quote(Delivery._meta.db_table)
    names = ", ".join(map(quote, columns))
    with connection.cursor() as cursor:
        # The unique constraint (mailing, address) decides: planning twice cannot double anybody.
        cursor.execute(f"INSERT INTO {table} ({names}) {select} ON CONFLICT DO NOTHING", params)
