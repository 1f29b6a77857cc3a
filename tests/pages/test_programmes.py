"""Programmes: axes, actions presented once, recalled elsewhere, and what publishing refuses."""

from django.core.exceptions import ValidationError
from django.urls import reverse

from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text

import pytest

from pages.models import ActionListing, ActionPage, ProgrammePage
from tests.builders import make_action, make_programme

pytestmark = pytest.mark.django_db


def listing(action, **fields):
    return ActionListing(action=action, **fields)


def recalled(action, title=""):
    return ActionListing(action=action, is_main=False, local_title=title)


@pytest.fixture
def programme():
    made = {
        code: make_action(title=f"Action {code}", code=code) for code in ("A10", "A2", "A8 bis")
    }
    other = make_action(title="Sans code", period_label="à l'automne", sessions_label="10aine")
    return make_programme(
        {
            "Habiter": [listing(made["A10"]), listing(made["A2"])],
            "– Gérer": [listing(made["A8 bis"])],
            "Prévenir": [recalled(made["A10"], "Coopérer autrement"), listing(other)],
        }
    )


def shape(parts):
    return [
        (part.axis.title, [entry.title for entry in part.entries], shape(part.parts))
        for part in parts
    ]


def test_axes_hold_their_sub_axes_and_their_actions_by_code(programme):
    assert shape(ProgrammePage.objects.get().outline()) == [
        ("Habiter", ["Action A2", "Action A10"], [("Gérer", ["Action A8 bis"], [])]),
        ("Prévenir", ["Sans code", "Coopérer autrement"], []),
    ]


def test_an_action_listed_twice_is_counted_once_and_linked(client, programme):
    habiter, prevenir = ProgrammePage.objects.get().outline()
    assert (habiter.count, prevenir.count) == (3, 1)
    assert prevenir.entries[1].presented_in is habiter
    html = client.get(programme.url).content.decode()
    assert "4 actions" in html
    action = ActionPage.objects.get(code="A10")
    assert html.count(f'id="action-{action.pk}"') == 1
    assert f'<a href="#action-{action.pk}">Voir la présentation dans l’axe Habiter' in html


def test_vague_values_are_printed_as_they_were(client, programme):
    html = client.get(programme.url).content.decode()
    assert "<dt>Date ou période</dt><dd>à l’automne</dd>" in html
    assert "<dt>Nombre de séances</dt><dd>10aine</dd>" in html


def test_actions_without_code_keep_the_order_of_the_rows():
    rows = [listing(make_action(title=title)) for title in ("Zèbre", "Abeille", "Mulot")]
    (part,) = make_programme({"Animaux": rows}).outline()
    assert [entry.title for entry in part.entries] == ["Zèbre", "Abeille", "Mulot"]


def test_a_draft_action_appears_in_the_preview_only(client):
    page = make_programme({"Habiter": [listing(make_action(title="Brouillon", live=False))]})
    html = client.get(page.url).content.decode()
    assert "Brouillon" not in html
    assert "0 action" in html
    assert "Brouillon" in page.make_preview_request().content.decode()


def test_a_draft_programme_is_previewed_from_its_revision(programme):
    page = make_programme({}, title="Vide", year=None, live=False)
    assert page.make_preview_request().status_code == 200
    kept = programme.save_revision().as_object()
    assert "Coopérer autrement" in kept.make_preview_request().content.decode()


def test_an_action_whose_main_axis_is_hidden_is_presented_where_it_is_listed():
    action = make_action()
    axes = {"Habiter": [recalled(action)], "Prévenir": [recalled(action)]}
    page = make_programme(axes, live=False)
    first, second = ProgrammePage.objects.get(pk=page.pk).outline()
    assert (first.count, second.count) == (1, 0)


@pytest.mark.parametrize("count", [1, 6])
def test_the_page_costs_the_same_queries_whatever_it_lists(
    client, programme, django_assert_num_queries, count
):
    rows = [listing(make_action(title=f"Action {n}", code=f"B{n}")) for n in range(count * 5)]
    page = make_programme({f"Axe {n}": rows[n * 5 : n * 5 + 5] for n in range(count)})
    client.get(page.url)
    with django_assert_num_queries(QUERIES):
        client.get(page.url)


QUERIES = 21

# --- What publishing refuses -------------------------------------------------------------------


def problems(page):
    with pytest.raises(ValidationError) as caught:
        page.full_clean()
    return caught.value.messages


def live(axes):
    page = make_programme(axes, live=False)
    page.live = True
    return page


def test_an_action_presented_twice_or_nowhere_is_named():
    twice, nowhere = make_action(title="Deux fois"), make_action(title="Nulle part")
    page = live({"Un": [listing(twice), recalled(nowhere)], "Deux": [listing(twice)]})
    assert problems(page) == [
        "« Deux fois » est présentée 2 fois : n'en gardez qu'une.",
        "« Nulle part » n'est présentée dans aucun axe : cochez « présentée ici ».",
    ]


def test_a_code_belongs_to_one_action_of_the_programme():
    one, other = make_action(title="Un", code="A8 bis"), make_action(title="Deux", code="a8bis")
    assert problems(live({"Axe": [listing(one)], "Autre": [listing(other)]})) == [
        "Le même code est porté par « Un », « Deux »."
    ]


def test_bare_numbers_start_again_in_each_axis():
    one, other = make_action(title="Un", code="1"), make_action(title="Deux", code="1")
    live({"Axe": [listing(one)], "Autre": [listing(other)]}).full_clean()
    assert len(problems(live({"Axe": [listing(one), listing(other)]}))) == 1


def posted(*axes):
    return nested_form_data(
        {
            "title": "Programme 2027", "slug": "programme-2027", "year": "2027",
            "status": "project", "introduction": rich_text("<p>Une année.</p>"),
            "comments": inline_formset([]),
            "axes": inline_formset(
                [
                    {"level": "axis", "code": "", "title": title, "options": rich_text(""),
                     "listings": inline_formset(
                         [{"action": str(action.pk), "is_main": "on", "local_title": ""}
                          for action in actions])}
                    for title, actions in axes
                ]
            ),
        }
    )  # fmt: skip


def test_an_action_ticked_twice_is_said_at_its_row_and_the_draft_kept(admin_client):
    page, action = make_programme({}, live=False), make_action()
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    data = posted(("Un", [action]), ("Deux", [action]))
    refused = admin_client.post(url, data | {"action-publish": "1"})
    assert "Déjà présentée plus haut" in refused.content.decode()
    assert admin_client.post(url, data).status_code == 302
    page.refresh_from_db()
    assert not page.live
    kept = page.get_latest_revision_as_object()
    assert [len(axis.listings.all()) for axis in kept.axes.all()] == [1, 1]


def test_a_good_programme_is_published(admin_client, client):
    page, action = make_programme({}, live=False), make_action()
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    data = posted(("Un", [action])) | {"action-publish": "1"}
    assert admin_client.post(url, data).status_code == 302
    page.refresh_from_db()
    assert action.title in client.get(page.url).content.decode()
