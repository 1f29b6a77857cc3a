from __future__ import annotations

import dataclasses
import email
import email.policy
import re
from datetime import UTC, datetime
from email.message import Message

import pytest

from newsletters.delivery.wire import (
    AddressRefused,
    Content,
    HeaderInjection,
    Recipient,
    WireError,
    WireTemplate,
)

DATE = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
LINK = "https://lettre.example.org/d/eyJhIjoxfQ:1tXyZ0:abcdefghijklmnopqrstuvwxyz/"

CONTENT = Content(
    subject="Résonances n° 42 : les habitant·es au cœur du projet, de la cité éducative à l’emploi",
    from_name="Pôle ressources « Ville »",
    from_email="lettre@example.org",
    reply_to="contact@example.org",
    html=(
        "<p>Égalité</p>\n"
        "<a href='%%unsubscribe_url%%'>Se désinscrire</a> <b>%%preferences_url%%</b>"
    ),
    text="Égalité\n\nSe désinscrire : %%unsubscribe_url%%.\n%%preferences_url%%\n",
    headers=(
        ("List-Id", "Résonances <resonances.example.org>"),
        ("Precedence", "bulk"),
        ("Feedback-ID", "42:resonances:pole:example.org"),
    ),
)
RECIPIENT = Recipient(
    email="camille.martin@example.org",
    name="Camille Martin",
    message_id="<42.17.abcdefghijkl@example.org>",
    tokens={"unsubscribe_url": LINK, "preferences_url": LINK + "choix?a=1&b=2"},
    headers=(
        ("List-Unsubscribe", f"<{LINK}>, <mailto:desinscription@example.org?subject=17>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ),
)


def parts(wire: bytes) -> tuple[Message, str, str]:
    """(message, decoded text, decoded html), by the standard library's parser."""
    message = email.message_from_bytes(wire)
    bodies = [
        part.get_payload(decode=True).decode(part.get_content_charset())
        for part in message.walk()
        if not part.is_multipart()
    ]
    text, page = (body.replace("\r\n", "\n") for body in bodies)
    return message, text, page


def assert_safe_on_the_wire(wire: bytes) -> None:
    assert wire.isascii()
    assert b"\0" not in wire
    assert b"\n" not in wire.replace(b"\r\n", b"")
    assert b"\r" not in wire.replace(b"\r\n", b"")
    assert not re.search(rb"(?m)^(?:\.|From )", wire)
    head, _, body = wire.partition(b"\r\n\r\n")
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert max(map(len, head.split(b"\r\n"))) <= 998


BODIES = {
    "empty": "",
    "only a token": "%%unsubscribe_url%%",
    "tokens side by side": "%%unsubscribe_url%%%%preferences_url%%%%unsubscribe_url%%",
    "token at both ends": "%%preferences_url%%\nx\n%%preferences_url%%",
    "leading dots": ".\n..\n. a\n" + "." * 400 + "\n.\n%%unsubscribe_url%%.\n.%%unsubscribe_url%%",
    "From at line starts": "From a\n" + "From " * 60 + "\n%%unsubscribe_url%%From here",
    "one long line": "<td style='a=b'>é</td>" * 900,
    "long ASCII line with dots every way": "." + "abc.def=" * 700,
    "exactly at the limit": "\n".join("x" * n + "%%unsubscribe_url%%" for n in range(70, 80)),
    "spaces before line ends": "a \nb\t\n" + "c" * 75 + " \n" + "d" * 74 + "  \nend  ",
    "spaces before a token": "a  %%unsubscribe_url%%  \n" + "b" * 75 + " %%unsubscribe_url%% ",
    "CJK": "区役所の広報誌。" * 40 + "%%unsubscribe_url%%" + "終",
    "RTL": "النشرة الإخبارية\u200f " * 30 + "%%unsubscribe_url%%",
    "emoji": "👩🏽‍🤝‍👩🏻🏳️‍🌈" * 30 + "%%unsubscribe_url%%",
    "equals signs and quotes": "a=b=3D=\n='\"%%unsubscribe_url%%'=",
    "unknown placeholder stays": "100 %%inconnu%% % %% %%%unsubscribe_url%%%",
    "carriage returns": "a\r\nb\rc\n\r\n",
    "controls": "a\0b\x0bc\x1f",
    "boundary look-alike": "--=_abc\n--=_abc--\n",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_any_body_is_decoded_as_it_was_written(body: str) -> None:
    template = WireTemplate(dataclasses.replace(CONTENT, html=body, text=body), date=DATE)
    wire = template.build(RECIPIENT)
    _, text, page = parts(wire)

    def filled(unsubscribe: str, preferences: str) -> str:
        lines = body.replace("\r\n", "\n").replace("\r", "\n")
        return lines.replace("%%unsubscribe_url%%", unsubscribe).replace(
            "%%preferences_url%%", preferences
        )

    assert text == filled(LINK, LINK + "choix?a=1&b=2")
    assert page == filled(LINK, LINK + "choix?a=1&amp;b=2")
    assert_safe_on_the_wire(wire)


VALUES = {
    "empty": "",
    "short": "x",
    "a dot": ".",
    "dots": "..." * 60,
    "From": "From the start",
    "another placeholder": "%%preferences_url%%",
    "itself": "%%unsubscribe_url%%",
    "markup": "<script>alert(\"x\" & 'y')</script>",
    "line breaks": "a\nb\r\nc",
    "spaces at the end": "Jo  ",
    "75 characters": "a" * 75,
    "76 characters": "a" * 76,
    "500 characters": "é" * 500,
    "emoji": "👩🏽‍🤝‍👩🏻" * 12,
    "CJK": "区役所" * 30,
    "RTL": "النشرة",
    "equals": "=" * 80,
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES.keys())
def test_any_token_value_arrives_verbatim_in_text_and_escaped_in_html(value: str) -> None:
    wire = WireTemplate(CONTENT, date=DATE).build(
        dataclasses.replace(RECIPIENT, tokens={"unsubscribe_url": value, "preferences_url": "p"})
    )
    _, text, page = parts(wire)
    plain = value.replace("\r\n", "\n")
    escaped = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = escaped.replace('"', "&quot;").replace("'", "&#x27;")
    assert text == f"Égalité\n\nSe désinscrire : {plain}.\np\n"
    assert page == f"<p>Égalité</p>\n<a href='{escaped}'>Se désinscrire</a> <b>p</b>"
    assert_safe_on_the_wire(wire)


def test_a_token_without_a_value_is_an_error_of_the_caller() -> None:
    template = WireTemplate(CONTENT, date=DATE)
    with pytest.raises(WireError, match="preferences_url") as error:
        template.build(dataclasses.replace(RECIPIENT, tokens={"unsubscribe_url": LINK}))
    assert not isinstance(error.value, AddressRefused | HeaderInjection)


@pytest.mark.parametrize(
    "change",
    [{"subject": "\ud800"}, {"html": "\ud800"}, {"headers": (("X-Long", "x" * 1200),)}],
)
def test_content_that_has_no_wire_form_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(WireError):
        WireTemplate(dataclasses.replace(CONTENT, **change), date=DATE)  # type: ignore[arg-type]


def test_a_date_without_time_zone_is_refused() -> None:
    with pytest.raises(WireError):
        WireTemplate(CONTENT, date=DATE.replace(tzinfo=None))


def test_the_same_input_gives_the_same_bytes_and_recipients_do_not_mix() -> None:
    template = WireTemplate(CONTENT, date=DATE)
    other = Recipient(
        "b@example.org", "", "<b@example.org>", {"unsubscribe_url": "u"} | {"preferences_url": "v"}
    )
    first = template.build(RECIPIENT)
    assert b"abcdefghijkl" not in template.build(other)
    assert template.build(RECIPIENT) == first
    assert WireTemplate(CONTENT, date=DATE).build(RECIPIENT) == first


def test_a_letter_without_tokens_needs_no_values() -> None:
    content = dataclasses.replace(CONTENT, html="<p>a</p>", text="%%unsubscribe_url%%")
    wire = WireTemplate(content, (), date=DATE).build(dataclasses.replace(RECIPIENT, tokens={}))
    assert parts(wire)[1:] == ("%%unsubscribe_url%%", "<p>a</p>")
