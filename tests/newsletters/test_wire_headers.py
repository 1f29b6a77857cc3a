from __future__ import annotations

import dataclasses
import email
import email.policy
from email.header import decode_header, make_header

import pytest

from newsletters.delivery.wire import (
    AddressRefused,
    HeaderInjection,
    WireError,
    WireTemplate,
    ascii_address,
)
from tests.newsletters.test_wire import (
    CONTENT,
    DATE,
    LINK,
    RECIPIENT,
    assert_safe_on_the_wire,
    parts,
)


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
    assert modern["Subject"] == CONTENT.subject
    assert modern["From"].addresses[0].display_name == CONTENT.from_name
    assert modern["From"].addresses[0].addr_spec == CONTENT.from_email
    assert message["Reply-To"] == "contact@example.org"
    assert modern["Date"].datetime == DATE
    assert message["Message-ID"] == RECIPIENT.message_id
    assert message["List-Id"].endswith("<resonances.example.org>")
    assert (
        str(make_header(decode_header(message["List-Id"]))) == "Résonances <resonances.example.org>"
    )
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
    # A line longer than that holds one word that nothing could cut (RFC 5322 §2.1.1: SHOULD).
    for line in wire.partition(b"\r\n\r\n")[0].split(b"\r\n"):
        assert len(line) <= 78 or line.count(b" ") == 1


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
        "a@-.example.org-",
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
