from __future__ import annotations

import dataclasses
import email
import email.policy
import re
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import Message

import pytest

from newsletters.delivery.wire import (
    AddressRefused,
    Content,
    HeaderInjection,
    Recipient,
    WireError,
    WireTemplate,
    ascii_address,
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


def header(message: Message, name: str) -> str:
    return str(make_header(decode_header(message[name])))


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


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("", ""),
        ("   ", ""),
        ("Camille Martin", "Camille Martin"),
        ("Martin, Camille (élue)", "Martin, Camille (élue)"),
        ('Jo "le chat" \\ Durand', 'Jo "le chat" \\ Durand'),
        ("O'Brien; <x@example.org>", "O'Brien; <x@example.org>"),
        ("%%unsubscribe_url%%", "%%unsubscribe_url%%"),
        ("=?utf-8?q?pi=C3=A8ge?=", "=?utf-8?q?pi=C3=A8ge?="),
        ("...", "..."),
        ("Zoé 👩🏽‍🤝‍👩🏻", "Zoé 👩🏽‍🤝‍👩🏻"),
        ("区役所", "区役所"),
        ("النشرة", "النشرة"),
        ("tab\there\x0b\x1c", "tab here"),
        ("a\x85b\u2028c", "a\x85b\u2028c"),
        ("x" * 70, "x" * 70),
        ("x" * 500, ""),
        ("é" * 500, ""),
    ],
)
def test_a_display_name_is_exact_or_left_out(name: str, shown: str) -> None:
    wire = WireTemplate(CONTENT, date=DATE).build(dataclasses.replace(RECIPIENT, name=name))
    message, _, _ = parts(wire)
    modern = email.message_from_bytes(wire, policy=email.policy.default)["To"].addresses
    assert [address.addr_spec for address in modern] == [RECIPIENT.email]
    assert modern[0].display_name == shown
    assert message.keys().count("To") == 1
    assert max(len(line) for line in wire.partition(b"Message-ID")[0].split(b"\r\n")) <= 78
    assert_safe_on_the_wire(wire)


def test_headers_are_encoded_folded_and_present_once() -> None:
    wire = WireTemplate(CONTENT, date=DATE).build(RECIPIENT)
    message, _, _ = parts(wire)
    modern = email.message_from_bytes(wire, policy=email.policy.default)
    assert header(message, "Subject") == modern["Subject"] == CONTENT.subject
    assert modern["From"].addresses[0].display_name == CONTENT.from_name
    assert modern["From"].addresses[0].addr_spec == CONTENT.from_email
    assert message["Reply-To"] == "contact@example.org"
    assert modern["Date"].datetime == DATE
    assert message["Message-ID"] == RECIPIENT.message_id
    assert message["List-Id"].endswith("<resonances.example.org>")
    assert header(message, "List-Id") == "Résonances <resonances.example.org>"
    unfolded = " ".join(message["List-Unsubscribe"].split())
    assert unfolded == RECIPIENT.headers[0][1]
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Precedence"] == "bulk"
    assert len(message.keys()) == len(set(message.keys()))
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.get_payload()] == [
        "text/plain",
        "text/html",
    ]
    assert message.defects == []
    assert max(map(len, wire.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78


def test_a_word_too_long_for_any_line_stays_beside_its_field_name() -> None:
    long = LINK + "x" * 200
    headers = (("List-Unsubscribe", f"<{long}>, <mailto:a@example.org>"),)
    wire = WireTemplate(CONTENT, date=DATE).build(dataclasses.replace(RECIPIENT, headers=headers))
    field = f"\r\nList-Unsubscribe: <{long}>,\r\n <mailto:a@example.org>\r\n"
    assert field.encode() in wire


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "Court",
        "mot " * 60 + "fin",
        "é" * 500,
        "👩🏽‍🤝‍👩🏻" * 100,
        "=?utf-8?q?pi=C3=A8ge?=",
        "Été <nouveau>",
    ],
)
def test_any_subject_is_decoded_as_it_was_written(subject: str) -> None:
    template = WireTemplate(dataclasses.replace(CONTENT, subject=subject), date=DATE)
    wire = template.build(RECIPIENT)
    message = email.message_from_bytes(wire, policy=email.policy.default)
    assert message["Subject"] == subject
    head = wire.partition(b"\r\nDate:")[0].partition(b"Subject:")[2]
    assert max(map(len, head.split(b"\r\n"))) <= 78
    assert_safe_on_the_wire(wire)


@pytest.mark.parametrize("bad", ["a\nBcc: x@example.org", "a\rb", "a\r\nb", "a\0b", "é\nb"])
def test_no_header_value_can_forge_another_header(bad: str) -> None:
    for field in ("subject", "from_name", "from_email", "reply_to"):
        with pytest.raises(HeaderInjection):
            WireTemplate(dataclasses.replace(CONTENT, **{field: bad}), date=DATE)
    with pytest.raises(HeaderInjection):
        WireTemplate(dataclasses.replace(CONTENT, headers=(("List-Id", bad),)), date=DATE)
    template = WireTemplate(CONTENT, date=DATE)
    for field in ("email", "name", "message_id"):
        with pytest.raises(HeaderInjection):
            template.build(dataclasses.replace(RECIPIENT, **{field: bad}))
    with pytest.raises(HeaderInjection):
        template.build(dataclasses.replace(RECIPIENT, headers=(("List-Unsubscribe", bad),)))


@pytest.mark.parametrize("name", ["", "X\n", "X:", "X Y", "É", "X\r\nBcc"])
def test_a_malformed_header_name_is_refused(name: str) -> None:
    template = WireTemplate(CONTENT, date=DATE)
    with pytest.raises(HeaderInjection):
        template.build(dataclasses.replace(RECIPIENT, headers=((name, "x"),)))


@pytest.mark.parametrize("name", ["To", "BCC", "subject", "Content-Type"])
def test_a_header_that_the_template_writes_cannot_be_given_twice(name: str) -> None:
    with pytest.raises(WireError):
        WireTemplate(dataclasses.replace(CONTENT, headers=((name, "x"),)), date=DATE)


@pytest.mark.parametrize(
    "address",
    [
        "rené@example.org",
        "",
        "sans-arobase",
        "@example.org",
        "a@",
        "a b@example.org",
        "a@example .org",
        "<a@example.org>",
        "a@b@example.org",
        '"a b"@example.org',
        "a@[192.0.2.1]",
        "a@example.org,b@example.org",
        "a@-.org-",
        "a@" + "é" * 70 + ".org",
        "x" * 65 + "@example.org",
        "x@" + "y" * 260 + ".org",
    ],
)
def test_an_address_that_cannot_travel_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(AddressRefused) as refusal:
        ascii_address(address)
    assert not address or address not in str(refusal.value)


def test_an_international_domain_travels_in_its_ascii_form() -> None:
    local, _, domain = ascii_address("a@pôle-ville.example.org").partition("@")
    assert (local, domain.encode().decode("idna")) == ("a", "pôle-ville.example.org")
    assert domain.isascii()


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
