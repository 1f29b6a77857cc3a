"""Joining through the API, for other front ends: the same form, the same silence about addresses.

A partner shows the notice it reads here and gives back its version: the proof is the same as by the
site's own form. Answers, statuses and work done do not depend on the address.
"""

from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.http import HttpRequest, HttpResponse

from ninja import Field, Router, Schema, Status

from newsletters import attempts
from newsletters.joining_views import leave_demand
from newsletters.models import Periodical
from newsletters.preferences_views import leave_link_demand
from newsletters.public_forms import JoinForm, LinkForm
from newsletters.public_pages import notice_for, private
from pages.models import ActorType, Territory, Theme

router = Router(tags=["lettres"])

_RECEIVED: Final = "Demande reçue. S’il reste un geste à faire, un courriel dit lequel."
_LINK: Final = "Si cette adresse reçoit nos lettres, un courriel y apporte un lien personnel."
_TOO_MANY: Final = "Trop de demandes depuis votre réseau. Réessayez dans une heure."


class Choice(Schema):
    code: str
    name: str


class LetterChoice(Choice):
    about: str


class NoticeShown(Schema):
    text: str
    version: str


class Offer(Schema):
    letters: list[LetterChoice]
    notice: NoticeShown
    themes: list[Choice]
    territories: list[Choice]
    actor_types: list[Choice]


class JoinRequest(Schema):
    """`notice_version`: of the notice the person has read, as `GET` gives it."""

    email: str = Field(max_length=254)
    letters: list[str] = Field(max_length=50, description="Codes des lettres choisies.")
    notice_version: str = Field(max_length=40)
    page_url: str = Field("", max_length=300, description="Adresse de la page du formulaire.")
    first_name: str = ""
    last_name: str = ""
    organisation: str = ""
    job_title: str = ""
    actor_type: str = ""
    territory: str = ""
    themes: list[str] = Field([], max_length=50)


class LinkRequest(Schema):
    email: str = Field(max_length=254)


class Told(Schema):
    message: str


class Refused(Schema):
    """Field → what is wrong with it, in French; « __all__ » for the whole."""

    errors: dict[str, list[str]]


@router.get("/", response=Offer, auth=None, url_name="letters", operation_id="letters_offer")
def offer(request: HttpRequest) -> dict[str, Any]:
    """The letters one may ask for, the vocabularies of the form, and the notice to show."""
    notice = notice_for(request)
    return {
        "letters": [
            {"code": one.code, "name": one.title, "about": one.subtitle}
            for one in Periodical.objects.open()
        ],
        "notice": {"text": notice.text, "version": notice.version},
        "themes": [{"code": one.code, "name": one.name} for one in Theme.objects.all()],
        "territories": [
            {"code": str(one.pk), "name": str(one)}
            for one in Territory.objects.filter(replaced_by=None)
        ],
        "actor_types": [{"code": code, "name": name} for code, name in ActorType.choices],
    }


@router.post(
    "/demandes/",
    response={202: Told, 422: Refused, 429: Told},
    auth=None,
    url_name="letters_join",
    operation_id="letters_join",
)
def join(request: HttpRequest, response: HttpResponse, asked: JoinRequest) -> Status:
    """Ask for letters. Nothing is sent but one mail, to confirm, when there is something to."""
    private(response)
    if not attempts.network_may(request):
        return Status(429, {"message": _TOO_MANY})
    open_letters = list(Periodical.objects.open())
    form = JoinForm(_typed(asked, open_letters), open_letters=open_letters)
    notice = notice_for(request)
    if asked.notice_version != notice.version:
        form.add_error(None, "La notice a changé : relisez-la avant de renvoyer la demande.")
    if asked.page_url and not _is_address(asked.page_url):
        form.add_error(None, "page_url : indiquez une adresse http ou https.")
    if not form.is_valid():
        return Status(422, {"errors": _told(form)})
    url = asked.page_url or request.build_absolute_uri()
    leave_demand(form.demand(form_url=_page_of(url), notice=notice))
    return Status(202, {"message": _RECEIVED})


@router.post(
    "/liens/",
    response={202: Told, 422: Refused, 429: Told},
    auth=None,
    url_name="letters_link",
    operation_id="letters_link",
)
def link(request: HttpRequest, response: HttpResponse, asked: LinkRequest) -> Status:
    """Have one's personal link sent to one's own mailbox."""
    private(response)
    if not attempts.network_may(request):
        return Status(429, {"message": _TOO_MANY})
    form = LinkForm({"email": asked.email})
    if not form.is_valid():
        return Status(422, {"errors": _told(form)})
    leave_link_demand(form.cleaned_data["email"])
    return Status(202, {"message": _LINK})


def _typed(asked: JoinRequest, open_letters: list[Periodical]) -> dict[str, Any]:
    """The same as the form would post; a code that does not exist stays, and is refused."""
    letters = {one.code: one.pk for one in open_letters}
    themes = dict(Theme.objects.values_list("code", "pk"))
    return asked.dict() | {
        "letters": [letters.get(code, 0) for code in asked.letters],
        "themes": [themes.get(code, 0) for code in asked.themes],
    }


def _told(form: JoinForm | LinkForm) -> dict[str, list[str]]:
    return {name: [str(error) for error in errors] for name, errors in form.errors.items()}


def _page_of(url: str) -> str:
    """Which page it was: without login, question or fragment, where a partner's link to its form
    may carry the reader's own address into the ledger."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _is_address(url: str) -> bool:
    try:
        URLValidator(schemes=["http", "https"])(url)
    except ValidationError:
        return False
    return True
