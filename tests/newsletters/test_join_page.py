"""Joining, as a visitor meets it: form, neutral answer, mail, button."""

from datetime import UTC, datetime, timedelta
from html import unescape

from django.core.management import call_command
from django.test import Client
from django.utils import timezone

import pytest
import time_machine

from newsletters import errands
from newsletters.consent import leave
from newsletters.models import Attempt, ConsentEvent, Errand, Subscriber, Subscription
from pages.models import Theme
from tests.builders import make_home, make_issue, make_periodical, make_subscription
from tests.newsletters.reading import ADDRESS, JOIN, fill, link_in, links_in, mails

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter():
    make_home()
    Theme.objects.create(code="sante", name="Santé")
    return make_periodical()


def test_from_the_form_to_the_letter(client, letter, relay):
    issue = make_issue(periodical=letter)
    response = fill(client, letters=[letter.pk], organisation="La Rive", actor_type="association")
    assert (response.status_code, response["Location"]) == (302, f"{JOIN}demande-recue/")
    assert not Subscriber.objects.exists()
    errands.run_due()
    (asking,) = mails(relay)
    assert asking["To"] == ADDRESS
    assert asking["Subject"] == "Confirmez votre inscription à «\u00a0Résonances\u00a0»"
    assert asking["Auto-Submitted"] == "auto-generated"
    assert Subscription.objects.get().state == "pending"
    link = link_in(asking)
    assert [one for one in links_in(asking) if one.startswith("/lettre/conf")] == [link]
    html = asking.get_body(preferencelist=("html",)).get_content()
    assert f'aria-label="{asking["Subject"]}"' in unescape(html)
    page = client.get(link).content.decode()
    assert "Résonances" in page
    assert "Confirmer mon inscription" in page
    assert ADDRESS not in page
    for _ in range(2):
        assert "est confirmée" in client.post(link).content.decode()
    assert Subscription.objects.get().state == "active"
    errands.run_due()
    _, welcome = mails(relay)
    assert issue.full_url in welcome.get_body(preferencelist=("plain",)).get_content()
    assert not Errand.objects.exists()


def test_the_ledger_keeps_the_very_words_and_the_page_they_were_read_on(client, letter):
    fill(client, letters=[letter.pk])
    errands.run_due()
    proof = ConsentEvent.objects.get()
    page = unescape(client.get(JOIN).content.decode())
    assert proof.notice_text in page
    assert len(proof.notice_text) > 100
    assert proof.notice_version.startswith("2026-")
    assert proof.form_url == f"http://testserver{JOIN}"


def test_several_letters_make_one_mail(client, letter, relay):
    other = make_periodical(title="Chroniques", code="chroniques")
    fill(client, letters=[letter.pk, other.pk])
    errands.run_due()
    (mail,) = mails(relay)
    client.post(link_in(mail))
    assert Subscription.objects.active().count() == 2


def test_the_page_says_what_is_received_and_not_what_was_left_since(client, letter, relay):
    other = make_periodical(title="Chroniques", code="chroniques")
    fill(client, letters=[letter.pk, other.pk])
    errands.run_due()
    link = link_in(mails(relay)[0])
    client.post(link)
    with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=False):
        leave(subscription=Subscription.objects.get(periodical=other), origin="essai")
        said = client.post(link).content.decode().split('role="status"')[1].split("</p>")[0]
    assert "Résonances" in said
    assert "Chroniques" not in said


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"email": ""}, "Indiquez votre adresse de courriel."),
        ({"email": "camille"}, "Cette adresse n’est pas complète."),
        ({"email": "c@example.org\0"}, "nul"),
        ({"letters": []}, "Choisissez au moins une lettre."),
        ({"letters": ["999999"]}, "Cette lettre n’existe plus."),
        ({"letters": ["x"]}, "Cette lettre n’existe plus."),
        ({"actor_type": "x"}, "Choisissez dans la liste."),
        ({"territory": "999999"}, "Choisissez dans la liste."),
        ({"themes": ["x"]}, "Cette thématique n’existe plus."),
        ({"first_name": "x" * 81}, "80 caractères au plus."),
    ],
)
def test_an_error_is_told_in_the_summary_and_beside_its_field(client, letter, fields, told):
    make_periodical(title="Chroniques", code="chroniques")
    response = fill(client, **({"letters": [letter.pk]} | fields))
    page = response.content.decode()
    assert response.status_code == 200
    assert page.count(told) == 2
    assert page.count(ADDRESS) == ("email" not in fields)
    assert not Errand.objects.exists()


@pytest.mark.parametrize("wait", [0, 1, 25 * 3600])
def test_a_form_sent_too_fast_or_too_late_is_asked_again_with_what_was_typed(client, letter, wait):
    page = fill(client, wait=wait, letters=[letter.pk], organisation="La Rive").content.decode()
    assert "n’a pas pu être vérifié" in page
    assert "La Rive" in page
    assert not Errand.objects.exists()


@pytest.mark.parametrize("seal", ["", "x", "x:y:z"])
def test_a_form_that_the_site_never_showed_is_refused(client, letter, seal):
    page = fill(client, letters=[letter.pk], sealed=seal).content.decode()
    assert "n’a pas pu être vérifié" in page
    assert not Errand.objects.exists()


def test_a_robot_that_fills_in_every_field_is_answered_like_anybody_and_forgotten(client, letter):
    human = fill(client, letters=[letter.pk])
    robot = fill(client, letters=[letter.pk], website="https://example.org")
    assert robot["Location"] == human["Location"]
    assert Errand.objects.count() == 1


def test_the_fourth_demand_of_an_hour_for_one_mailbox_is_answered_and_forgotten(client, letter):
    answers = {fill(client, letters=[letter.pk])["Location"] for _ in range(5)}
    assert len(answers) == 1
    assert Errand.objects.count() == 3
    assert ADDRESS not in str(list(Attempt.objects.values()))


def test_a_mailbox_is_written_to_six_times_a_day_at_most(client, letter):
    with time_machine.travel(datetime(2026, 3, 2, 1, tzinfo=UTC)) as clock:
        for _ in range(12):
            fill(client, letters=[letter.pk])
            clock.shift(timedelta(hours=1))
        assert Errand.objects.count() == 6
        clock.shift(timedelta(hours=14))
        fill(client, letters=[letter.pk])
    assert Errand.objects.count() == 7


@pytest.mark.parametrize(
    "said",
    ["responsable du traitement", "prestataire", "trois ans", "retirer mon accord", "CNIL"],
)
def test_the_notice_says_what_the_law_wants_said(client, letter, said):
    assert said in unescape(client.get(JOIN).content.decode())
    assert said in client.get("/api/v3/lettres/").json()["notice"]["text"]


def test_a_network_that_asks_for_everybody_is_asked_to_wait(client, letter, monkeypatch):
    monkeypatch.setattr("newsletters.attempts.PER_NETWORK", 2)
    statuses = [
        fill(client, letters=[letter.pk], email=f"l{n}@example.org").status_code for n in range(3)
    ]
    assert statuses == [302, 302, 429]
    assert "127.0.0.1" not in str(list(Attempt.objects.values()))


def test_no_cookie_is_needed_nor_set(letter):
    client = Client(enforce_csrf_checks=True)
    response = fill(client, letters=[letter.pk])
    assert response.status_code == 302
    assert not client.cookies


def test_the_link_of_a_week_ago_offers_another_mail(client, letter, relay):
    fill(client, letters=[letter.pk])
    errands.run_due()
    link = link_in(mails(relay)[0])
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        response = client.get(link)
        assert response.status_code == 410
        assert "Renvoyer" in response.content.decode()
        assert client.get(f"{link}renvoyer/").status_code == 200
        assert not Errand.objects.exists()
        client.post(f"{link}renvoyer/")
        errands.run_due()
        client.post(link_in(mails(relay)[1]))
    assert Subscription.objects.get().state == "active"


def test_the_worker_does_errands_and_forgets_what_was_never_confirmed(client, letter, relay):
    fill(client, letters=[letter.pk])
    call_command("send_mailings", "--once", "--quiet")
    assert len(relay.messages) == 1
    # By day: the night's work begins at six.
    with time_machine.travel((timezone.now() + timedelta(days=32)).replace(hour=12)):
        call_command("send_mailings", "--once", "--quiet")
    assert not Subscriber.objects.exists()
    assert not Attempt.objects.exists()


def test_somebody_who_already_receives_is_told_so_by_mail_only(client, letter, relay):
    make_subscription(ADDRESS, periodical=letter)
    fill(client, letters=[letter.pk], organisation="Un autre")
    errands.run_due()
    (mail,) = mails(relay)
    assert "déjà inscrit·e" in mail["Subject"]
    assert Subscriber.objects.get().organisation == ""
