"""« Exporter mes données »: everything kept about one person, nothing about anybody else."""

import json
from html import unescape

from django.apps import apps
from django.db.models import CharField, EmailField, JSONField, TextField
from django.urls import reverse

import pytest

from newsletters.consent import personal_data
from newsletters.consent.access import access_to
from newsletters.models import Subscriber
from newsletters.tokens import Purpose, dated_token
from pages.models import Territory, Theme
from tests.builders import make_home
from tests.newsletters.marked import MARK, Marked, address, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def marked(relay, settings, tmp_path) -> Marked:
    settings.NEWSLETTER_IMPORT_DIR = tmp_path / "imports"
    make_home()
    marked = Marked(relay)
    for state in ("active", "bounced", "left"):
        who = person(state)
        who.themes.add(Theme.objects.get_or_create(code="sante", name="Santé")[0])
        who.territories.add(Territory.objects.get_or_create(name="Cergy", kind="commune")[0])
    return marked


def copy_of(state: str) -> dict:
    return personal_data(person(state))


STATES = ["pending", "active", "left", "blocked", "complained", "moving", "bounced", "refused"]


@pytest.mark.parametrize("state", STATES)
def test_the_copy_names_its_owner_and_nobody_else(marked, state):
    said = json.dumps(copy_of(state), ensure_ascii=False).lower()
    assert address(state) in said
    own = {address(state), *([f"{MARK}-ailleurs@{MARK}.example.org"] if state == "moving" else [])}
    words = {word.strip('",;:') for word in said.split() if "@" in word}
    assert {word for word in words if MARK in word} <= own
    assert "directrice" not in said


def test_every_column_that_tells_of_the_person_is_in_the_copy(marked):
    """A new column must be given, or named here with the reason why it is not."""
    kept_back = {
        # Technical: keys, normal forms, the sending's own bookkeeping.
        "id", "email_key", "subscriber", "subscription", "delivery", "mailing", "key", "worker",
        "lease_until", "not_before", "attempts",
    }  # fmt: skip
    given = {
        "Subscriber": {
            "email", "wanted_email", "first_name", "last_name", "organisation", "job_title",
            "actor_type", "is_member", "source", "created_at", "last_action_at", "reminded_at",
            "blocked_at", "blocked_reason", "created_by_import", "territories", "themes",
        },
        "Subscription": {
            "periodical", "state", "basis", "basis_source", "notified_at", "created_at",
            "asked_at", "confirmed_at", "left_at", "left_reason", "created_by_import",
        },
        "ConsentEvent": {
            "periodical", "action", "at", "origin", "form_url", "basis", "notice_version",
            "notice_text",
        },
        "Delivery": {
            "email", "state", "skip_reason", "reply_code", "reply_text", "settled_at",
        },
        "DeliveryEvent": {"kind", "at", "detail"},
        "Errand": {"kind", "details", "created_at"},
    }  # fmt: skip
    # Every table that points at a person, or at a row that does.
    models = {model.__name__: model for model in apps.get_app_config("newsletters").get_models()}
    about = {
        name
        for name, model in models.items()
        for field in model._meta.get_fields()
        if getattr(field, "related_model", None) is Subscriber and not field.auto_created
    }
    assert about | {"Subscriber", "DeliveryEvent"} == set(given)
    for name, columns in given.items():
        meta = models[name]._meta
        fields = {one.name for one in [*meta.concrete_fields, *meta.many_to_many]}
        assert fields == columns | (kept_back & fields), name


def test_no_other_table_holds_an_address_of_a_reader(marked):
    """Where an address is kept: the tables of the copy, and nowhere else in the database."""
    found = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, CharField | TextField | EmailField | JSONField):
                values = model._base_manager.values_list(field.name, flat=True)
                if any(MARK in str(value).lower() for value in values):
                    found.add(f"{model.__name__}.{field.name}")
    names = {"first_name", "last_name", "organisation", "job_title"}
    assert found == {
        "Subscriber.email", "Subscriber.email_key", "Subscriber.wanted_email", "Delivery.email",
        "Errand.details", *(f"Subscriber.{name}" for name in names),
    }  # fmt: skip


def test_the_copy_tells_what_happened_to_each_letter_and_to_the_file(client, marked):
    bounced = copy_of("bounced")
    (letter,) = bounced["lettres envoyées"]
    assert letter["adresse"] == address("bounced")
    assert "Rebond définitif" in letter["suites"]
    assert "gone" in letter["suites"]
    assert bounced["coordonnées"]["bloquée le"]
    (refused,) = copy_of("refused")["lettres envoyées"]
    assert refused["résultat"] == "Refusé"
    assert refused["réponse"].startswith("550 5.1.1")
    active = copy_of("active")
    assert [row["action"].split(" :")[0] for row in active["consultations de la fiche"]] == [
        "Fiche consultée"
    ] * 2
    assert [row["nature"] for row in active["demandes en cours"]] == [
        "Courriel d'accès à ses données"
    ]
    (imported,) = personal_data(Subscriber.objects.get(email_key=address("imported")))[
        "abonnements"
    ]
    assert imported["import"].startswith(f"n° {marked.import_of.pk}, ")


def test_both_copies_say_the_same_and_show_the_same_person(client, marked):
    who = person("bounced")
    path = reverse(
        "newsletters:export", args=[dated_token(Purpose.ACCESS, access_to(who, who.created_at))]
    )
    page = client.get(path).content.decode()
    data = json.loads(client.get(path + "?format=json").content)
    assert data == json.loads(json.dumps(copy_of("bounced")))
    words = unescape(page).replace("’", "'")
    for name, rows in data.items():
        assert name.capitalize() in page
        for row in rows if isinstance(rows, list) else [rows]:
            for heading in row:
                assert heading[0].upper() + heading[1:] in words, heading
