"""Months of arrivals, departures and bounces: kept counts first, the ledger for the rest."""

from datetime import UTC, date, datetime

from django.urls import reverse

import pytest
import time_machine

from newsletters.audience_admin.charts import chart
from newsletters.audience_admin.months import last_months, months_of
from newsletters.models import AudienceMonth, ConsentEvent
from tests.builders import make_periodical, make_subscription
from tests.newsletters.roles import log_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def letter():
    """Ten came in January (kept), two in February, one left on the 1st of March at 00:30 here."""
    letter = make_periodical()
    AudienceMonth.objects.create(
        month=date(2026, 1, 1), periodical=letter, joined=10, left=1, erased=1, active=40
    )
    for action, at in (
        ("imported", datetime(2026, 1, 5, tzinfo=UTC)),
        ("confirmed", datetime(2026, 2, 5, tzinfo=UTC)),
        ("imported", datetime(2026, 2, 6, tzinfo=UTC)),
        ("left", datetime(2026, 2, 28, 23, 30, tzinfo=UTC)),
    ):
        ConsentEvent.objects.create(periodical=letter, action=action, at=at, origin="essai")
    return letter


@time_machine.travel(NOW, tick=False)
def test_kept_months_stay_and_the_others_are_counted_in_local_time(letter):
    found = {one.month: one for one in months_of(letter)}
    assert len(found) == 24
    assert (found[date(2026, 1, 1)].joined, found[date(2026, 1, 1)].left) == (10, 2)
    assert (found[date(2026, 2, 1)].joined, found[date(2026, 2, 1)].left) == (2, 0)
    assert (found[date(2026, 3, 1)].joined, found[date(2026, 3, 1)].left) == (0, 1)


@time_machine.travel(datetime(2026, 1, 31, 23, 30, tzinfo=UTC), tick=False)
def test_the_last_month_is_this_one_here():
    assert last_months(3) == [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]


@time_machine.travel(NOW, tick=False)
def test_the_chart_and_its_table_say_the_same_for_all_letters_or_one(client, letter):
    other = make_periodical(code="speciale", title="Spéciale")
    AudienceMonth.objects.create(month=date(2026, 1, 1), periodical=other, joined=5, active=5)
    log_in(client, "view_mailing")
    every = client.get(reverse("audience:index"))
    january = every.context["months"][2]
    assert (january.joined, january.net) == (15, 13)
    html = every.content.decode()
    assert html.count('class="audience-bar-joined" x=') == 2
    assert '<th scope="row">janvier 2026</th><td>15</td>' in html
    one = client.get(reverse("audience:index"), {"lettre": "speciale"})
    assert one.context["months"][2].joined == 5


@time_machine.travel(NOW, tick=False)
def test_the_reasons_of_the_departed_are_added_up_each_once(client, letter):
    """Of January, kept; of March, as the letter's own rows say; none is counted in both."""
    AudienceMonth.objects.update(reasons={"too_many": 2, "": 1})
    days = (("a", datetime(2026, 1, 20, tzinfo=UTC)), ("b", datetime(2026, 3, 2, tzinfo=UTC)))
    for name, at in days:
        make_subscription(
            f"{name}@example.org", periodical=letter, state="left", left_at=at,
            left_reason="too_many",
        )  # fmt: skip
    log_in(client, "view_mailing")
    html = client.get(reverse("audience:index")).content.decode()
    assert '<th scope="row">Trop de messages</th><td>3</td>' in html
    assert '<th scope="row">Sans réponse</th><td>1</td>' in html


def test_the_chart_of_nothing_is_empty():
    assert chart([]).bars == []


def test_statistics_ask_some_part_in_the_letters(client, letter):
    log_in(client)
    assert client.get(reverse("audience:index")).status_code == 302
    log_in(client, "view_subscriber")
    assert client.get(reverse("audience:index")).status_code == 200
