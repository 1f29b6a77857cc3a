"""The agenda: what is to come, what is over, a month, its filters and what they cost."""

from datetime import date, time

import pytest
import time_machine

from pages.models import (
    ActionFormat,
    AgendaPage,
    EventOutcome,
    EventPage,
    Session,
    Territory,
    Theme,
)
from tests.builders import make_event

pytestmark = pytest.mark.django_db

TODAY = "2026-11-21T10:00:00+01:00"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def events():
    oise = Territory.objects.create(name="Val-d'Oise", kind="departement")
    cergy = Territory(name="Cergy", kind="commune")
    cergy.parents = [oise]
    cergy.save()
    health = Theme.objects.create(code="sante", name="Santé")
    workshop = ActionFormat.objects.create(name="Atelier", family="atelier")
    made = {
        "Passée": make_event(title="Passée", days=["2024-05-02"], actor_types=["elu"]),
        "Proche": make_event(title="Proche", days=["2026-11-21"], format=workshop),
        "Longue": make_event(title="Longue", days=["2026-09-10", "2027-01-12"]),
        "Lointaine": make_event(title="Lointaine", days=["2027-03-01"], actor_types=["elu"]),
        "Sans date": make_event(title="Sans date", days=[], state="planned"),
    }
    made["Proche"].territories.set([cergy])
    made["Longue"].themes.set([health])
    for page in made.values():
        page.save()
    return made


def shown(client, query=""):
    response = client.get(AgendaPage.objects.get().url + query)
    assert response.status_code == 200
    return response


def titles(response):
    return [page.title for page in response.context["entries"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Proche", "Longue", "Lointaine", "Sans date"]),
        ("?when=past", ["Passée"]),
        ("?when=all", ["Lointaine", "Longue", "Proche", "Passée", "Sans date"]),
        ("?year=2024", ["Passée"]),
        ("?when=&year=2024", []),
        ("?year=2026", ["Longue", "Proche"]),
        ("?theme=sante", ["Longue"]),
        ("?audience=elu", ["Lointaine"]),
        ("?audience=elu&when=all", ["Lointaine", "Passée"]),
        ("?theme=inconnue&audience=elu", ["Lointaine"]),
        ("?when=jamais", ["Proche", "Longue", "Lointaine", "Sans date"]),
    ],
)
def test_the_list_follows_period_theme_audience_and_year(client, events, query, expected):
    assert titles(shown(client, query)) == expected


def test_a_territory_includes_what_it_contains(client, events):
    oise = Territory.objects.get(name="Val-d'Oise")
    assert titles(shown(client, f"?territory={oise.pk}")) == ["Proche"]


def test_a_format_narrows_the_list(client, events):
    found = ActionFormat.objects.get()
    assert titles(shown(client, f"?format={found.pk}")) == ["Proche"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("?theme=inconnue", "Cette thématique n’existe pas."),
        ("?territory=abc", "Aucune rencontre ne porte sur ce territoire."),
        ("?format=0", "Aucune rencontre n’a ce format."),
        ("?audience=x", "Rien ne s’adresse à ce public."),
        ("?when=jamais", "Cette période n’existe pas."),
        ("?year=1999", "Aucune rencontre cette année-là."),
    ],
)
def test_an_impossible_value_is_said_beside_its_field(client, events, query, message):
    assert message in shown(client, query).content.decode()


def test_every_event_is_either_to_come_or_over(events):
    coming, over = EventPage.objects.to_come(), EventPage.objects.over()
    assert coming.count() + over.count() == EventPage.objects.count()
    assert not set(coming) & set(over)


def test_the_count_matches_the_period_and_the_criteria(client, events):
    html = shown(client, "?audience=elu").content.decode()
    assert 'role="status">1 rencontre à venir, public «\xa0Élu·e\xa0»</p>' in html


def test_an_empty_agenda_points_at_what_took_place(client):
    make_event(live=False)
    html = shown(client).content.decode()
    assert "Aucune rencontre à venir" in html
    assert "?when=past" in html


def test_a_cancelled_event_says_so_in_the_list(client):
    make_event(state="cancelled")
    assert '<span class="event-state">Annulée</span>' in shown(client).content.decode()


def test_a_past_event_announces_what_came_of_it(client):
    past, proceedings = make_event(days=["2025-03-04"]), make_event(title="Actes de la journée")
    past.outcomes.add(EventOutcome(outcome=proceedings))
    past.save()
    assert "Avec ce qui en est sorti" in shown(client, "?when=past").content.decode()


# --- Month ------------------------------------------------------------------------------------


def month(client, query):
    return shown(client, f"?view=month{query}")


def test_a_month_lists_every_day_with_its_sessions(client, events):
    make_event(
        title="Deux jours",
        sessions=[Session(day=date(2026, 11, 29), last_day=date(2026, 12, 1), starts=time(9))],
    )
    response = month(client, "&month=2026-11")
    view = response.context["month_view"]
    busy = {day.day.day: [s.page.title for s in day.sessions] for day in view.days if day.sessions}
    assert busy == {21: ["Proche"], 29: ["Deux jours"], 30: ["Deux jours"]}
    assert (len(view.days), view.offset, view.count) == (30, 7, 2)
    html = response.content.decode()
    assert "samedi 21 novembre 2026" in html
    assert '<li class="month-day" aria-current="date">' in html


def test_months_lead_to_each_other_within_the_events(client, events):
    html = month(client, "&month=2026-11&theme=").content.decode()
    assert 'rel="prev" href="?view=month&amp;month=2026-10' in html
    assert 'rel="next" href="?view=month&amp;month=2026-12' in html
    first = month(client, "&month=2024-05").context["month_view"]
    last = month(client, "&month=2027-03").context["month_view"]
    assert (first.before, last.after) == (None, None)


def test_the_filters_apply_to_the_month(client, events):
    assert month(client, "&month=2026-11&theme=sante").context["month_view"].count == 0
    assert month(client, "&month=2027-01&theme=sante").context["month_view"].count == 1


@pytest.mark.parametrize("bad", ["abc", "2026-13", "2026-00", "9999-01", "2026-1", "", "٢٠٢٦-١١"])
def test_an_impossible_month_is_this_one(client, events, bad):
    view = month(client, f"&month={bad}").context["month_view"]
    assert view.month.label == "novembre 2026"


# --- Cost -------------------------------------------------------------------------------------

LIST_QUERIES, MONTH_QUERIES = 26, 24


@pytest.mark.parametrize(("query", "count"), [("", LIST_QUERIES), ("?view=month", MONTH_QUERIES)])
def test_the_agenda_costs_the_same_queries_whatever_its_length(
    client, events, django_assert_num_queries, query, count
):
    shown(client, query)
    with django_assert_num_queries(count):
        shown(client, query)
    for rank in range(30):
        make_event(title=f"Rencontre {rank}", days=["2026-11-25", "2026-11-26"])
    with django_assert_num_queries(count):
        shown(client, query)
