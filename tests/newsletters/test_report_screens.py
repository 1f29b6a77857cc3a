import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import parse_qs

from django.contrib.auth.models import Permission, User
from django.urls import reverse
from django.utils import timezone

from wagtail.models import ModelLogEntry

import pytest
import time_machine

from newsletters import report_views, sending_views
from newsletters.delivery.answers import Outcome
from newsletters.delivery.send import run
from newsletters.figures import balance, duration, pace, refusals
from newsletters.models import Delivery, Equation, Mailing, Subscriber
from tests.builders import make_mailing, make_sending, make_subscription
from tests.fakes import FakeTransport

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("journal")]
ADDRESS = "lecteur00001@example.org"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def mailing() -> Mailing:
    mailing = make_sending(4)
    run(mailing.pk, transport=FakeTransport({ADDRESS: [Outcome.REFUSED]}))
    mailing.refresh_from_db()
    return mailing


def sign_in(client, *rights: str) -> None:
    user = User.objects.create_user("agent")
    wanted = ["access_admin", "view_mailing", *rights]
    user.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    client.force_login(user)


def exported(client, mailing, outcome="") -> str:
    url = reverse("mailings:csv", args=[mailing.pk])
    return client.post(f"{url}?resultat={outcome}").getvalue().decode()


def test_a_link_or_a_scanner_exports_nobody(client, mailing):
    sign_in(client, "see_addresses")
    url = reverse("mailings:csv", args=[mailing.pk])
    assert {client.get(url).status_code, client.head(url).status_code} == {405}
    client.handler.enforce_csrf_checks = True
    assert client.post(url).status_code == 403
    assert not ModelLogEntry.objects.filter(action__startswith="newsletters.audience")


def test_the_report_groups_refusals_and_offers_the_rest(client, mailing):
    sign_in(client, "send_mailing")
    make_subscription("arrivee@example.org", periodical=mailing.issue.periodical)
    page = client.get(reverse("mailings:detail", args=[mailing.pk])).content.decode()
    assert "Refus par motif" in page
    assert "Envoyer au reste : 1 arrivé·e depuis<" in page
    client.post(reverse("mailings:action", args=[mailing.pk, "reste"]))
    mailing.refresh_from_db()
    assert (mailing.state, mailing.audience) == (Mailing.State.SENDING, 5)


def test_without_the_right_neither_screen_nor_file_shows_an_address(client, mailing):
    sign_in(client)
    for name in ("recipients", "detail", "progress"):
        response = client.get(reverse(f"mailings:{name}", args=[mailing.pk]))
        assert "lecteur0" not in response.getvalue().decode(), name
    table = exported(client, mailing)
    assert table.count("\n") == 5
    assert "lecteur0" not in table
    person = mailing.deliveries.first().subscriber_id
    assert client.get(reverse("mailings:received", args=[person])).status_code == 302


@pytest.mark.parametrize(("outcome", "count"), [("", 4), ("refused", 1), ("accepted", 3)])
def test_recipients_are_filtered_by_outcome(client, mailing, outcome, count):
    sign_in(client, "see_addresses")
    url = reverse("mailings:recipients", args=[mailing.pk])
    page = client.get(url, {"resultat": outcome}).content.decode()
    assert page.count("@example.org") == count
    action = re.search(r'<form method="post" action="([^"]*)"', page)[1]
    assert client.post(action).getvalue().decode().count("@example.org") == count
    listing = client.get(url).content.decode()
    label = Delivery.State(outcome).label if outcome else "Tous"
    assert f">{label} ({count})</a>" in listing


def test_a_cell_that_a_spreadsheet_would_run_is_made_inert(client, mailing):
    sign_in(client, "see_addresses")
    Delivery.objects.filter(email=ADDRESS).update(email="=cmd@example.org", reply_text="+1")
    text = exported(client, mailing)
    assert ";'=cmd@example.org" in text
    assert ";'+1;" in text


def test_sendings_recipients_and_letters_received_are_paged(client, mailing, monkeypatch):
    for module in (report_views, sending_views):
        monkeypatch.setattr(module, "_PAGE", 1)
    reader = Subscriber.objects.get(email=ADDRESS)
    for number in (2, 3):
        other = make_mailing(issue=mailing.issue, subject=f"Numéro {number}")
        Delivery.objects.create(mailing=other, subscriber=reader, email=ADDRESS)
    sign_in(client, "see_addresses")
    screens = {
        reverse("mailings:index"): 3,
        reverse("mailings:received", args=[reader.pk]): 3,
        f"{reverse('mailings:recipients', args=[mailing.pk])}?resultat=accepted&": 3,
    }
    for url, pages in screens.items():
        url = url if "?" in url else f"{url}?"
        first, last = (client.get(f"{url}p={p}").content.decode() for p in (1, pages))
        assert f"Page 1 sur {pages}" in first
        following = unescape(re.search(r'href="([^"]*)">Page suivante', first)[1])
        assert parse_qs(following.lstrip("?")) == parse_qs(f"{url.partition('?')[2]}p=2")
        assert "Page suivante" not in last


def test_the_letters_one_person_received(client, mailing):
    sign_in(client, "see_addresses")
    person = Delivery.objects.get(email=ADDRESS).subscriber_id
    url = reverse("mailings:received", args=[person])
    assert f'href="{url}"' in client.get(reverse("abonnes:inspect", args=[person])).content.decode()
    page = client.get(url).content.decode()
    assert mailing.subject in page
    assert "Refusé" in page


@pytest.mark.parametrize(
    ("ago", "pace", "words"),
    [
        # Of a sending that began ten seconds ago: not a third of its rate.
        (10, (0.3, 3), "0,3 message par seconde, encore 3 s environ"),
        (25, (0.1, 8), "0,1 message par seconde, encore 8 s environ"),
        (
            40,
            (0, None),
            "Aucun message depuis une demi-minute : l’envoi attend ; si cela dure, le programme"
            " d’envoi est arrêté, ou le débit très bas.",
        ),
    ],
)
def test_the_live_screen_tells_rate_and_time_left(client, mailing, ago, pace, words):
    sign_in(client)
    with time_machine.travel(timezone.now(), tick=False):
        Delivery.objects.update(settled_at=timezone.now() - timedelta(seconds=ago))
        Delivery.objects.filter(email=ADDRESS).update(state="planned", settled_at=None)
        Mailing.objects.update(state=Mailing.State.SENDING)
        counts = client.get(reverse("mailings:progress", args=[mailing.pk])).json()
        assert (counts["rate"], counts["eta"]) == pace
        assert counts["pace"] == words
        page = client.get(reverse("mailings:detail", args=[mailing.pk])).content.decode()
    assert 'max="4" value="3"' in page


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"state": "claimed", "lease_until": 60}, "le relais tarde à répondre"),
        ({"state": "claimed", "lease_until": -60}, "l’envoi attend."),
        ({"state": "retry", "not_before": 300}, "un nouvel essai, à partir de 10:05."),
        ({"state": "retry", "not_before": -1}, "le programme d’envoi est arrêté"),
    ],
)
def test_a_sending_that_stands_still_says_what_it_waits_for(mailing, row, words):
    with time_machine.travel(NOW, tick=False):
        moments = {
            name: value if name == "state" else NOW + timedelta(seconds=value)
            for name, value in row.items()
        }
        Delivery.objects.update(settled_at=NOW - timedelta(minutes=1))
        Delivery.objects.filter(email=ADDRESS).update(settled_at=None, **moments)
        mailing.state = Mailing.State.SENDING
        assert words in pace(mailing)["pace"]


def test_refusals_alike_but_for_a_number_are_one_and_all_are_counted():
    mailing = make_sending(60)
    for at, row in enumerate(Delivery.objects.order_by("pk")):
        row.state, row.reply_code = Delivery.State.REFUSED, 550
        row.reply_text = f"5.1.1 no such user a{at}b{at}.23 - gsmtp" if at < 30 else "x" * at
        row.save()
    first, *others = refusals(mailing)
    assert (first["reply_text"], first["count"]) == ("5.1.1 no such user … - gsmtp", 30)
    assert others[-1] == {"reply_code": None, "reply_text": "autres réponses", "count": 11}
    assert first["count"] + sum(row["count"] for row in others) == 60


def test_those_set_aside_are_counted_by_reason(client, mailing):
    sign_in(client)
    rows = Delivery.objects.order_by("pk")
    for row, reason in zip(rows, ["cancelled", "cancelled", "left"], strict=False):
        Delivery.objects.filter(pk=row.pk).update(state="skipped", skip_reason=reason)
    page = client.get(reverse("mailings:detail", args=[mailing.pk])).content.decode()
    assert "<td>Envoi annulé</td><td>2</td>" in page
    assert "<td>Désinscrit·e depuis</td><td>1</td>" in page


def test_what_was_learned_afterwards_is_counted_listed_and_explained(client, mailing):
    sign_in(client, "see_addresses")
    row = mailing.deliveries.get(email="lecteur00002@example.org")
    for kind, detail in (("deferred", "plein"), ("deferred", "plein"), ("bounced", "550 5.1.1")):
        row.events.create(kind=kind, detail=detail)
    page = client.get(reverse("mailings:detail", args=[mailing.pk])).content.decode()
    assert "resultat=bounced" in page
    assert page.count("<td>1</td>") >= 2  # people, not notices
    url = reverse("mailings:recipients", args=[mailing.pk])
    listed = client.get(url, {"resultat": "deferred"}).content.decode()
    for shown in (listed, exported(client, mailing, "deferred")):
        assert shown.count("@example.org") == 1
        assert "Rebond définitif" in shown
    person = reverse("mailings:received", args=[row.subscriber_id])
    assert "550 5.1.1" in client.get(person).content.decode()


def test_the_report_is_a_table_without_anybody(client, mailing):
    sign_in(client)
    mailing.links.create(number=1, url="https://example.org/=a", clicks=3)
    mailing.deliveries.filter(email="lecteur00002@example.org").get().events.create(kind="bounced")
    answer = client.get(reverse("mailings:report_csv", args=[mailing.pk]))
    lines = [line.split(";") for line in answer.content.decode().lstrip("\ufeff").splitlines()]
    assert ["Comptes", "Audience figée", "4"] in lines
    assert ["Comptes", "Remis au relais", "3"] in lines
    assert ["Comptes", "Équation", balance(mailing.equation())] in lines
    assert ["Envoi", "Empreinte du contenu (SHA-256)", mailing.content_hash] in lines
    assert ["Refus par motif", "550", "1"] in lines
    assert ["Appris ensuite", "Rebond définitif", "1"] in lines
    assert ["Clics par lien", "https://example.org/=a", "3"] in lines
    assert "lecteur0" not in answer.content.decode()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(45, "45 s"), (329, "5 min"), (3599, "1 h 00 min"), (11700, "3 h 15 min")],
)
def test_a_time_left_promises_no_more_than_it_knows(seconds, words):
    assert duration(seconds) == words


def test_an_equation_that_does_not_balance_is_an_alarm():
    assert balance(Equation(4, 2, 1, 0, 0, 1)) == "L’équation est juste : 4 = 2 + 1 + 0 + 0 + 1."
    assert "prévenez" in balance(Equation(4, 2, 1, 0, 0, 0))


def test_limits_and_rules_are_set_in_the_admin(admin_client):
    response = admin_client.post(
        reverse("debits:add"), {"domain": "@Lent.Example", "per_second": "2", "per_hour": ""}
    )
    assert response.status_code == 302
    assert "lent.example" in admin_client.get(reverse("debits:index")).content.decode()
    url = reverse("wagtailsettings:edit", args=["newsletters", "sendingrules"])
    assert "Coupe-circuit" in admin_client.get(url, follow=True).content.decode()
