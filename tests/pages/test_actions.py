"""The page of an action, and the list of them."""

import json
import re
from datetime import date

from django.core.exceptions import ValidationError
from django.urls import reverse

from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

import pytest
import time_machine

from pages.models import ActionFormat, ActionIndexPage, ActionListing, ActionPage, Territory, Theme
from pages.vocabularies import ensure_formats
from tests.builders import make_action, make_event, make_programme

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-21T10:00:00+01:00", tick=False):
        yield


def read(client, page):
    response = client.get(page.url)
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_tells_the_card_and_what_surrounds_the_action(client):
    before = make_action(title="Écouter la nuit", year=2025)
    page = make_action(
        code="A8 bis",
        year=2026,
        format=ActionFormat.objects.create(name="Atelier flash", family="atelier"),
        period_label="1er semestre 2026",
        sessions_label="2 à 3",
        audiences="chefs de projet",
        territory_label="Est Val d'Oise",
        partners_committed="La Ville",
        partners_considered="Le bailleur",
        animation="Le centre",
        speakers="non encore déterminé",
        objectives="<p>Comprendre.</p>",
        continues=before,
    )
    after = make_action(title="Marcher le jour", year=2027, continues=page)
    programme = make_programme({"Axe": [ActionListing(action=page)]})
    coming = make_event(title="Marche de décembre", action=page)
    past = make_event(title="Marche de mai", action=page, days=["2026-05-04"])
    make_event(title="Caché", action=page, live=False)
    html = read(client, page)
    assert html.count("<h1") == 1
    for expected in [
        "<dd>A8 bis</dd>", "<dd>1er semestre 2026</dd>", "<dd>2 à 3</dd>", "<dd>La Ville</dd>",
        "<dt>Partenaires pressentis</dt><dd>Le bailleur</dd>", "<p>Comprendre.</p>",
        f'<a href="{before.url}">Écouter la nuit</a> (2025)',
        f'<a href="{after.url}">Marcher le jour</a> (2027)',
        f'<a href="{programme.url}#action-{page.pk}">', coming.title, past.title,
    ]:  # fmt: skip
        assert expected in html
    assert "Caché" not in html
    assert f'<a href="{page.url}">Marcher la nuit</a>' in read(client, coming)


@pytest.mark.parametrize(
    ("fields", "period", "sessions"),
    [
        ({"period_label": "printemps", "period_earliest": date(2026, 3, 20)}, "printemps", ""),
        (
            {"period_earliest": date(2026, 3, 2), "period_latest": date(2026, 3, 4)},
            "du lundi 2 au mercredi 4 mars 2026",
            "",
        ),
        ({"sessions_min": 2, "sessions_max": 3, "sessions_unit": "jour"}, "", "2 à 3 jours"),
        ({"sessions_min": 1, "sessions_max": 1}, "", "1 séance"),
        ({"sessions_min": 10, "sessions_max": 10, "sessions_label": "10aine"}, "", "10aine"),
        ({}, "", ""),
    ],
)
def test_words_come_before_bounds(fields, period, sessions):
    action = ActionPage(title="Action", **fields)
    assert (action.period_text, action.sessions_text) == (period, sessions)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"period_earliest": date(2026, 5, 1), "period_latest": date(2026, 4, 1)}, "period_latest"),
        ({"sessions_min": 3, "sessions_max": 2}, "sessions_max"),
    ],
)
def test_bounds_the_wrong_way_round_are_refused_when_publishing(admin_client, fields, field):
    page = make_action(live=False, **fields)
    page.save_revision()
    page.live = True
    with pytest.raises(ValidationError) as caught:
        page.full_clean()
    assert list(caught.value.message_dict) == [field]


BLANK = [
    "code", "year", "standfirst", "period_label", "period_earliest", "period_latest",
    "sessions_label", "sessions_unit", "audiences", "territory_label", "animation", "speakers",
    "partners_committed", "partners_considered",
]  # fmt: skip


def test_a_draft_with_bad_bounds_is_kept_and_publishing_says_why(admin_client):
    page = make_action(live=False)
    empty = dict.fromkeys(BLANK, "")
    data = nested_form_data(
        empty
        | {
            "title": "Action", "slug": "action", "sessions_min": "3", "sessions_max": "2",
            "body": streamfield([]), "objectives": rich_text(""), "contents": rich_text(""),
            "comments": inline_formset([]),
        }
    )  # fmt: skip
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    refused = admin_client.post(url, data | {"action-publish": "1"}).content.decode()
    assert "Le plus grand nombre est inférieur au plus petit." in refused
    assert admin_client.post(url, data).status_code == 302
    page.refresh_from_db()
    assert page.get_latest_revision_as_object().sessions_min == 3


def test_the_description_for_machines_repeats_the_page(client):
    html = read(client, make_action(code="A1", period_earliest=date(2026, 3, 2)))
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', html).group(1)
    data = json.loads(block)
    assert (data["@type"], data["identifier"], data["startDate"]) == (
        "EventSeries", "A1", "2026-03-02",
    )  # fmt: skip


def test_a_blank_draft_is_previewed():
    assert make_action(live=False).make_preview_request().status_code == 200
    assert ActionPage(title="Jamais enregistrée", slug="x").facts() == []


# --- The list ---------------------------------------------------------------------------------


def listed(client, query=""):
    response = client.get(ActionIndexPage.objects.get().url + query)
    assert response.status_code == 200
    return response


def titles(response):
    return [page.title for page in response.context["entries"]]


def test_the_list_follows_years_then_codes(client):
    for title, year, code in [("Dix", 2026, "A10"), ("Deux", 2026, "A2"), ("Vieille", 2025, "A1")]:
        make_action(title=title, year=year, code=code)
    make_action(title="Brouillon", live=False)
    assert titles(listed(client)) == ["Deux", "Dix", "Vieille"]
    assert titles(listed(client, "?year=2025")) == ["Vieille"]


def test_theme_territory_and_format_narrow_the_list(client):
    oise = Territory.objects.create(name="Val-d'Oise", kind="departement")
    cergy = Territory(name="Cergy", kind="commune")
    cergy.parents = [oise]
    cergy.save()
    forum = ActionFormat.objects.create(name="Forum", family="journee")
    page = make_action(title="Trouvée", format=forum)
    page.territories.set([cergy])
    page.themes.set([Theme.objects.create(code="sante", name="Santé")])
    page.save()
    make_action(title="Autre")
    for query in (f"?territory={oise.pk}", "?theme=sante", f"?format={forum.pk}"):
        assert titles(listed(client, query)) == ["Trouvée"]
    html = listed(client, "?format=0").content.decode()
    assert "Aucune action n’a ce format." in html


def test_the_list_leads_to_the_programmes(client):
    make_action()
    programme = make_programme({}, status="project")
    draft = make_programme({}, title="Programme 2027", live=False)
    html = listed(client).content.decode()
    assert (
        f'<a href="{programme.url}">Programme 2026</a> <span class="meta">(projet)</span>' in html
    )
    assert draft.title not in html


QUERIES = 23


def test_the_list_costs_the_same_queries_whatever_its_length(client, django_assert_num_queries):
    make_action()
    listed(client)
    with django_assert_num_queries(QUERIES):
        listed(client)
    for rank in range(30):
        make_action(title=f"Action {rank}")
    with django_assert_num_queries(QUERIES):
        listed(client)


# --- The formats ------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["Samedi des élu·es", "samedi  des ÉLU·ES", "Samedi des élu(e)s"])
def test_a_format_is_known_by_its_name_and_its_aliases(words):
    made = ActionFormat.objects.create(
        name="Samedi des élu·es", family="journee", aliases="Samedi des élu(e)s\n"
    )
    assert ActionFormat.objects.called(words) == made
    assert ActionFormat.objects.called("Forum") is None


def test_the_first_formats_are_made_once_and_left_to_the_editors():
    ensure_formats()
    count = ActionFormat.objects.count()
    ActionFormat.objects.filter(name="Forum").update(aliases="Grand forum")
    ensure_formats()
    assert ActionFormat.objects.count() == count
    assert ActionFormat.objects.called("grand forum").name == "Forum"
    assert {found.family for found in ActionFormat.objects.all()} == set(ActionFormat.Family.values)


def test_no_two_formats_answer_to_the_same_name():
    ensure_formats()
    names = [name for found in ActionFormat.objects.all() for name in found.names()]
    assert len(names) == len(set(names))
