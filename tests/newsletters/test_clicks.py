"""Clicks are counted per link; nothing tells one reader from another."""

import csv
import re
from io import StringIO
from urllib.parse import urlsplit

from django.test import Client
from django.urls import reverse
from django.utils import timezone

import pytest

from newsletters.delivery.freeze import freeze
from newsletters.delivery.links import counted_at_most
from newsletters.delivery.message import Addressing
from newsletters.models import Mailing, MailLink
from newsletters.tokens import click_token, unsubscribe_token
from tests.builders import make_issue, make_mailing, make_periodical, make_readers
from tests.newsletters.roles import log_in

pytestmark = pytest.mark.django_db
PAGE = "https://www.example.org/agenda?a=1&b=2"
HTML = (
    f'<a style="color:#000" href="{PAGE.replace("&", "&amp;")}">Agenda</a> '
    '<a href="https://www.example.org/">Accueil</a> '
    f'<a href="{PAGE.replace("&", "&amp;")}">encore</a> <a href="mailto:a@example.org">écrire</a> '
    '<a href="%%unsubscribe_url%%">partir</a>'
)


def frozen(*, counts: bool = True, html: str = HTML) -> Mailing:
    issue = make_issue(periodical=make_periodical(counts_clicks=counts))
    mailing = make_mailing(issue=issue, html=html)
    make_readers(2, periodical=issue.periodical)
    freeze(mailing=mailing)
    mailing.refresh_from_db()
    return mailing


def bodies(mailing: Mailing) -> list[str]:
    """The HTML of each reader, the personal link taken out."""
    addressing = Addressing(mailing, date=timezone.now())
    shown = []
    for row in mailing.deliveries.order_by("pk"):
        one = addressing.recipient(row.email, row.pk, row.subscription_id)
        _text, page = addressing.template.render(one)
        shown.append(page.replace(unsubscribe_token(row.subscription_id), ""))
    return shown


def path(mailing: Mailing, number: int) -> str:
    return reverse("newsletters:follow", args=[click_token(mailing.pk, number)])


def test_each_address_of_the_letter_becomes_one_counting_link_for_everybody():
    mailing = frozen()
    assert list(mailing.links.values_list("number", "url")) == [
        (1, PAGE),
        (2, "https://www.example.org/"),
    ]
    first, second = bodies(mailing)
    assert first == second
    assert first.count(path(mailing, 1)) == 2
    assert first.count(path(mailing, 2)) == 1
    assert 'href="mailto:a@example.org"' in first
    assert "www.example.org" not in first


def test_the_frozen_letter_and_its_hash_do_not_change():
    mailing = frozen()
    assert mailing.html == HTML
    assert mailing.content_hash == mailing.fingerprint()


def test_a_series_that_does_not_count_keeps_its_links():
    mailing = frozen(counts=False)
    assert not mailing.links.exists()
    assert bodies(mailing)[0].count("https://www.example.org/agenda") == 2


def test_following_leads_on_counts_one_and_keeps_nothing_else():
    mailing = frozen()
    client = Client()
    for _ in range(3):
        response = client.get(path(mailing, 1))
        assert (response.status_code, response["Location"]) == (302, PAGE)
    assert not response.cookies
    assert list(mailing.links.values_list("clicks", flat=True)) == [3, 0]


def test_the_question_of_a_robot_is_not_a_click():
    mailing = frozen()
    assert Client().head(path(mailing, 1)).status_code == 302
    assert Client().post(path(mailing, 1)).status_code == 405
    assert mailing.links.get(number=1).clicks == 0


@pytest.mark.parametrize("token", ["1-1.AAAAAAAAAAAAAAAAAAAA", "x", "1-1", "é.é", "1-99"])
def test_a_forged_link_leads_nowhere(token):
    mailing = frozen()
    forged = click_token(mailing.pk, 99) if token == "1-99" else token
    response = Client().get(reverse("newsletters:follow", args=[forged]))
    assert response.status_code == 404
    assert not MailLink.objects.exclude(clicks=0).exists()


def test_the_report_shows_clicks_and_gives_them_as_a_table():
    mailing = frozen(html='<a href="https://www.example.org/">=1+1</a>')
    Client().get(path(mailing, 1))
    staff = Client()
    log_in(staff, "send_mailing")
    report = staff.get(reverse("mailings:detail", args=[mailing.pk])).content.decode()
    assert "Clics par lien" in report
    table = staff.get(reverse("mailings:links_csv", args=[mailing.pk])).content.decode()
    rows = list(csv.reader(StringIO(table.removeprefix("\ufeff")), delimiter=";"))
    assert rows == [["Rang", "Lien", "Clics"], ["1", "https://www.example.org/", "1"]]


def test_the_table_is_for_those_who_follow_sendings():
    mailing = frozen()
    stranger = Client()
    assert stranger.get(reverse("mailings:links_csv", args=[mailing.pk])).status_code == 302
    log_in(stranger)
    refused = stranger.get(reverse("mailings:links_csv", args=[mailing.pk]))
    assert refused["Location"] == "/admin/"  # Wagtail says why there


def test_the_counting_address_belongs_to_the_site(settings):
    settings.WAGTAILADMIN_BASE_URL = "https://lettres.example.org/"
    mailing = frozen()
    link = bodies(mailing)[0].split('href="')[1].split('"')[0]
    assert urlsplit(link).netloc == "lettres.example.org"
    assert urlsplit(link).path == path(mailing, 1)


def test_the_weight_told_before_the_sending_is_that_of_the_counting_links():
    sent, weighed = bodies(frozen())[0], counted_at_most(HTML)
    assert "www.example.org" not in weighed
    lengths = [
        [len(link) for link in re.findall('href="(http[^"]+)"', one)] for one in (sent, weighed)
    ]
    assert all(real <= most <= real + 10 for real, most in zip(*lengths, strict=False))
