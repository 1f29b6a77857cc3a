"""Settings of the sending that contradict each other are caught by numbered checks."""

import pytest

from newsletters import checks

BREVO, POSTMARK = (f"anymail.backends.{name}.EmailBackend" for name in ("brevo", "postmark"))
LOCMEM = "django.core.mail.backends.locmem.EmailBackend"
KEYS = {"BREVO_API_KEY": "k", "POSTMARK_SERVER_TOKEN": "k"}


def found(check) -> list[str]:
    return [message.id for message in check(None)]


@pytest.mark.parametrize(
    ("transport", "backend", "batch", "ids"),
    [
        ("smtp", LOCMEM, 1, []),
        ("django", LOCMEM, 1, []),
        ("provider", BREVO, 1, []),
        ("provider", POSTMARK, 500, []),
        ("fax", LOCMEM, 1, ["newsletters.E004"]),
        ("provider", LOCMEM, 1, ["newsletters.E005"]),
        ("provider", BREVO, 50, ["newsletters.W001"]),
        ("provider", POSTMARK, 501, ["newsletters.W002"]),
        ("django", POSTMARK, 501, ["newsletters.W002"]),
    ],
)
def test_a_transport_that_its_settings_contradict_is_told(settings, transport, backend, batch, ids):
    settings.NEWSLETTER_TRANSPORT = transport
    settings.EMAIL_BACKEND = backend
    settings.NEWSLETTER_PROVIDER_BATCH = batch
    settings.ANYMAIL = KEYS
    assert found(checks.transport) == ids


@pytest.mark.parametrize(
    ("provider", "ids"),
    [
        ("brevo", ["newsletters.W005"]),
        ("postmark", []),
        ("scaleway", ["newsletters.W004", "newsletters.W005"]),
    ],
)
def test_what_a_provider_does_whatever_the_settings_is_told_before_production(
    settings, provider, ids
):
    settings.EMAIL_BACKEND = f"anymail.backends.{provider}.EmailBackend"
    settings.ANYMAIL = KEYS | {"SCALEWAY_SECRET_KEY": "k", "SCALEWAY_PROJECT_ID": "p"}
    assert found(checks.provider_habits) == ids


def test_a_provider_without_its_key_is_told_before_the_first_sending(settings):
    settings.NEWSLETTER_TRANSPORT = "provider"
    settings.EMAIL_BACKEND = POSTMARK
    settings.ANYMAIL = {}
    [message] = checks.transport(None)
    assert message.id == "newsletters.E006"
    assert "POSTMARK_SERVER_TOKEN" in message.msg


@pytest.mark.parametrize(
    ("vendor", "package", "ids"),
    [
        ("postgresql", object(), []),
        ("sqlite", object(), ["newsletters.E002"]),
        ("postgresql", None, ["newsletters.E003"]),
        ("sqlite", None, ["newsletters.E002", "newsletters.E003"]),
    ],
)
def test_several_machines_need_postgresql_and_the_package(
    settings, monkeypatch, vendor, package, ids
):
    monkeypatch.setattr(checks.connection, "vendor", vendor, raising=False)
    monkeypatch.setattr(checks, "find_spec", lambda name: package)
    assert found(checks.scale_out) == []
    settings.NEWSLETTER_SCALE_OUT = True
    assert found(checks.scale_out) == ids


@pytest.mark.parametrize(
    ("given", "ids"),
    [
        ({}, []),
        ({"BOUNCE_POP_HOST": "pop.example.org"}, ["newsletters.E007"]),
        ({"BOUNCE_IMAP_USER": "rebonds"}, ["newsletters.E007"]),
        ({f"BOUNCE_POP_{part}": "x" for part in ("HOST", "USER", "PASSWORD")}, []),
        ({"NEWSLETTER_BOUNCE_ADDRESS": "rebonds@example.org"}, []),
        ({"NEWSLETTER_BOUNCE_ADDRESS": "rebonds"}, ["newsletters.E008"]),
        ({"NEWSLETTER_BOUNCE_ADDRESS": "r\n@example.org"}, ["newsletters.E008"]),
        ({"NEWSLETTER_BOUNCE_ADDRESS": f"{'r' * 22}@example.org"}, []),
        ({"NEWSLETTER_BOUNCE_ADDRESS": f"{'r' * 23}@example.org"}, ["newsletters.E009"]),
        (
            {"NEWSLETTER_BOUNCE_ADDRESS": "r@example.org", "NEWSLETTER_TRANSPORT": "provider"},
            ["newsletters.W003"],
        ),
    ],
)
def test_a_way_back_that_brings_nothing_back_is_told(settings, given, ids):
    for name, value in given.items():
        setattr(settings, name, value)
    assert found(checks.bounces) == ids
