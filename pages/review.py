"""Review by the project holder: create a link, revoke it, record an answer.

Every operation writes Wagtail's history. The sheet's stage lives in its latest revision, as
everything else of a draft; the columns of the page follow, for lists and reports.
"""

import hashlib
from datetime import timedelta
from typing import Any, Final

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import get_random_string

from wagtail.log_actions import log
from wagtail.models import Revision

from pages.fingerprint import fingerprint
from pages.models import CentreDocument, ExperiencePage, ReviewAnswer, ReviewLink
from pages.models.review import LINK_DAYS

Stage = ExperiencePage.Stage
_SIGNER: Final = {"sep": ".", "salt": "pages.review"}


class ReviewError(Exception):
    """What stands in the way, in French, for the person who asked."""


class UnknownLink(ReviewError):  # noqa: N818  (says what happened)
    """Forged, cut or deleted: nothing is said of which."""


class ClosedLink(ReviewError):  # noqa: N818
    """Expired or revoked."""


def token_of(link: ReviewLink) -> str:
    """The token of the address, or "" when the signing key has changed since.

    The address already given then still works (SECRET_KEY_FALLBACKS); only it cannot be shown.
    """
    token = Signer(**_SIGNER).sign(link.nonce)
    return token if _hash(token) == link.token_hash else ""


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def find(token: str) -> ReviewLink:
    """The link of a token. Raises UnknownLink, ClosedLink."""
    try:
        Signer(**_SIGNER).unsign(token)
    except BadSignature as error:
        raise UnknownLink("Ce lien n'est pas reconnu.") from error
    links = ReviewLink.objects.select_related("page", "revision")
    link = links.filter(token_hash=_hash(token)).first()
    if link is None:
        raise UnknownLink("Ce lien n'est pas reconnu.")
    if not link.is_open:
        raise ClosedLink("Ce lien n'est plus ouvert.")
    return link


@transaction.atomic
def create_link(*, page: ExperiencePage, user: Any, days: int = LINK_DAYS) -> ReviewLink:
    """A link to the latest draft as it is now; the sheet becomes « Envoyée au porteur ».

    A revision is made for it: the one an open editor goes on autosaving is overwritten in place,
    and the holder would read a text that moves. Raises ReviewError for a sheet without draft.
    """
    if page.alias_of_id:
        raise ReviewError("Cette page est l'alias d'une autre : faites relire l'original.")
    draft = _draft(page.pk)
    fields = {"reviewed_fingerprint": fingerprint(draft)}
    if draft.stage != Stage.VALIDATED:
        fields["stage"] = Stage.SENT_TO_HOLDER
    revision = _record(draft, user=user, **fields)
    nonce = get_random_string(32)
    link = ReviewLink.objects.create(
        page=page,
        revision=revision,
        nonce=nonce,
        token_hash=_hash(Signer(**_SIGNER).sign(nonce)),
        created_by=user,
        expires_at=timezone.now() + timedelta(days=days),
    )
    data = {"link": link.pk, "expires_at": link.expires_at.isoformat()}
    log(draft, "pages.review.link_created", user=user, revision=revision, data=data)
    return link


@transaction.atomic
def revoke(*, link: ReviewLink, user: Any) -> None:
    """Close the link at once; again changes nothing."""
    closed = ReviewLink.objects.filter(pk=link.pk, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    if closed:
        log(link.page, "pages.review.link_revoked", user=user, data={"link": link.pk})


@transaction.atomic
def answer(*, link: ReviewLink, decision: str, name: str, comment: str = "") -> ReviewAnswer:
    """Record what the holder says of the revision shown, and move the sheet's stage.

    Validating a text that has changed since leaves the sheet « À revalider ». The same answer
    twice (a double click) is recorded once. Raises ClosedLink.
    """
    link = ReviewLink.objects.select_for_update().get(pk=link.pk)
    if not link.is_open:
        raise ClosedLink("Ce lien n'est plus ouvert.")
    given = {"decision": decision, "name": name, "comment": comment}
    last = link.answers.first()
    if last and all(getattr(last, field) == value for field, value in given.items()):
        return last
    made = ReviewAnswer.objects.create(link=link, **given)
    draft = _draft(link.page_id)
    revision = _record(draft, user=None, **_consequences(draft, made))
    log(
        draft,
        f"pages.review.{decision}",
        revision=revision,
        data={"link": link.pk, "name": name, "comment": comment},
    )
    return made


def _consequences(draft: ExperiencePage, made: ReviewAnswer) -> dict[str, Any]:
    if made.decision == ReviewAnswer.Decision.CHANGES:
        return {"stage": Stage.CHANGES_ASKED}
    if not shows_current_text(made.link, draft):
        return {"stage": Stage.TO_REVALIDATE}
    return {
        "stage": Stage.VALIDATED,
        "validated_by": made.name,
        "validated_on": timezone.localdate(made.at),
        "validation_proof": f"Lien de relecture n° {made.link_id}",
        "reviewed_fingerprint": fingerprint(draft),
    }


def shows_current_text(link: ReviewLink, draft: ExperiencePage) -> bool:
    """Whether the link shows the text of today, minor corrections aside."""
    now = fingerprint(draft)
    if fingerprint(link.revision.as_object()) == now:
        return True
    newest = link.page.review_links.newest_first().first()
    return newest == link and draft.reviewed_fingerprint == now


def shown_files(link: ReviewLink) -> QuerySet[CentreDocument]:
    """The documents the shown revision refers to: what its reader may open, and nothing else."""
    sheet = link.revision.as_object()
    found = {
        str(key)
        for field in sheet._meta.get_fields()
        if hasattr(field, "extract_references")
        for model, key, *_path in field.extract_references(field.value_from_object(sheet))
        if model is CentreDocument
    }
    return CentreDocument.objects.filter(pk__in=found)


def _draft(page_id: int) -> ExperiencePage:
    """Read again: an instance at hand remembers the revision that was the latest then."""
    return ExperiencePage.objects.get(pk=page_id).get_latest_revision_as_object()


def _record(draft: ExperiencePage, *, user: Any, **fields: Any) -> Revision:
    """A revision with these fields, whatever the draft still lacks."""
    for name, value in fields.items():
        setattr(draft, name, value)
    ExperiencePage.objects.filter(pk=draft.pk).update(**fields)
    return draft.save_revision(user=user, clean=False, changed=draft.has_unpublished_changes)
