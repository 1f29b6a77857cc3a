"""Unsafe settings are caught by numbered checks."""

import pytest

from cms.checks import production_settings

SAFE = {
    "SECRET_KEY": "x" * 50,
    "WAGTAILADMIN_BASE_URL": "https://www.example.org",
    "SHOW_CAUGHT_MAIL": False,
    "DEFAULT_FROM_EMAIL": "lettre@centre.example",
    "EMAIL_HOST_PASSWORD": "",
}


@pytest.fixture
def safe(settings):
    for name, value in SAFE.items():
        setattr(settings, name, value)
    return settings


def ids():
    return [message.id for message in production_settings(None)]


def test_safe_settings_raise_nothing(safe):
    assert ids() == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("SECRET_KEY", "development-only-key", "cms.E001"),
        ("WAGTAILADMIN_BASE_URL", "http://www.example.org", "cms.E002"),
        ("SHOW_CAUGHT_MAIL", True, "cms.E003"),
        ("DEFAULT_FROM_EMAIL", "lettre@example.org", "cms.W001"),
        ("EMAIL_HOST_PASSWORD", "secret", "cms.E004"),
    ],
)
def test_each_unsafe_setting_has_its_number(safe, name, value, expected):
    setattr(safe, name, value)
    assert ids() == [expected]
