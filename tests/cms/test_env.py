"""The environment is read with types, and a bad value stops the start with its name."""

import subprocess
import sys

from django.core.exceptions import ImproperlyConfigured

import pytest

from cms import env


def test_a_missing_required_variable_is_named(monkeypatch):
    monkeypatch.delenv("SITE_URL", raising=False)
    with pytest.raises(ImproperlyConfigured, match="SITE_URL"):
        env.text("SITE_URL")


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("Off", False), ("", False)])
def test_switches_accept_the_usual_words(monkeypatch, value, expected):
    monkeypatch.setenv("SWITCH", value)
    assert env.boolean("SWITCH", default=not expected) is expected


@pytest.mark.parametrize(("reader", "value"), [(env.boolean, "peut-être"), (env.integer, "dix")])
def test_a_value_that_makes_no_sense_is_refused_with_its_name(monkeypatch, reader, value):
    monkeypatch.setenv("SWITCH", value)
    with pytest.raises(ImproperlyConfigured, match="SWITCH"):
        reader("SWITCH", 0)


def test_production_does_not_start_without_its_secrets(monkeypatch, tmp_path):
    result = subprocess.run(
        [sys.executable, "manage.py", "check"],
        env={
            "DJANGO_SETTINGS_MODULE": "cms.settings.production",
            "RESONANCES_VAR": str(tmp_path),
            "PATH": "/usr/bin:/bin",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode != 0
    assert "SECRET_KEY" in result.stderr
