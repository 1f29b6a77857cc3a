"""Correcting what is already there: blocks and rows of existing pages, badly filled."""

from typing import Any

from django.urls import reverse

from wagtail.models import Page
from wagtail.test.utils.form_data import nested_form_data, streamfield

import pytest

from pages.models import Person, StandardPage
from tests.builders import make_dossier, make_event, make_home, make_publication
from tests.cms.test_bad_input import empty_post
from tests.cms.test_bad_rows import edit_url, rows_post

pytestmark = pytest.mark.django_db

GONE, NOTE = "99999999", "À garder."
TOO_LONG = "a" * 301
REQUIRED = "Champ requis."


def reference(**values: str) -> tuple[str, dict[str, str]]:
    names = ("title", "author", "publisher", "year", "url", "comment")
    return "reference", dict.fromkeys(names, "") | {"comment": NOTE} | values


# What only a publication refuses: a middle block, and the error at its place in the block.
UNFINISHED = {
    "no title": ("dossier", reference(), "title"),
    "page gone": ("dossier", ("content", {"page": GONE, "comment": NOTE}), "page"),
    "document gone": ("dossier", ("document", {"document": GONE, "comment": NOTE}), "document"),
    "resource gone": ("dossier", ("resource", {"resource": GONE, "comment": NOTE}), "resource"),
    "image gone": ("standard", ("figure", {"image": GONE, "caption": NOTE}), "image"),
    "no words": ("standard", ("quote", {"text": "", "speaker": NOTE, "role": ""}), "text"),
}


@pytest.fixture
def pages() -> dict[str, Page]:
    """An existing draft of each type of stream."""
    standard = StandardPage(title="Nos missions", slug="missions", live=False)
    found = {
        "dossier": make_dossier(body=[("heading", "Lire")], live=False),
        "standard": make_home().add_child(instance=standard),
    }
    for page in found.values():
        page.save_revision()
    return found


def correct(client: Any, page: Page, block: tuple[str, Any], **buttons: str) -> Any:
    """Post the edit form with that block between two good ones."""
    body = streamfield([("heading", "Avant"), block, ("heading", "Après")])
    typed = nested_form_data({"body": body})
    posted = empty_post(client, type(page), edit_url(page)) | typed
    return client.post(edit_url(page), posted | buttons)


def draft_of(page: Page) -> Any:
    return type(page).objects.get(pk=page.pk).get_latest_revision_as_object()


def block_errors(answer: Any) -> dict[int, Any]:
    (error,) = answer.context["form"].errors["body"].as_data()
    return error.as_json_data()["blockErrors"]


@pytest.mark.parametrize("case", UNFINISHED)
def test_an_unfinished_block_is_kept_in_a_draft_and_named_when_publishing(
    admin_client, pages, case
):
    kind, block, place = UNFINISHED[case]
    page = pages[kind]
    assert correct(admin_client, page, block).status_code == 302
    assert NOTE in str(draft_of(page).body.raw_data[1])
    shown = reverse("wagtailadmin_pages:view_draft", args=[page.pk])
    assert admin_client.get(shown).status_code == 200
    assert admin_client.get(edit_url(page)).status_code == 200
    refused = correct(admin_client, page, block, **{"action-publish": "1"})
    errors = block_errors(refused)
    assert list(errors) == [1]
    assert REQUIRED in str(errors[1]["blockErrors"][place])
    assert "garder." in refused.content.decode()


@pytest.mark.parametrize("buttons", [{}, {"action-publish": "1"}], ids=["draft", "publish"])
def test_what_a_block_cannot_hold_is_refused_at_its_field_and_stays_typed(
    admin_client, pages, buttons
):
    block = reference(title=TOO_LONG, url="htp:/adresse sans fin")
    refused = correct(admin_client, pages["dossier"], block, **buttons)
    errors = block_errors(refused)
    assert list(errors) == [1]
    assert errors[1]["blockErrors"] == {
        "title": {"messages": [
            "Assurez-vous que cette valeur comporte au plus 250 caractères (actuellement 301)."
        ]},
        "url": {"messages": ["Saisissez une URL valide."]},
    }  # fmt: skip
    html = refused.content.decode()
    assert TOO_LONG in html
    assert "htp:/adresse sans fin" in html


def post_rows(client: Any, page: Page, name: str, rows: list[dict[str, str]], **more: str) -> Any:
    formset = client.get(edit_url(page)).context["form"].formsets[name]
    posted = empty_post(client, type(page), edit_url(page)) | rows_post(formset, rows)
    return client.post(edit_url(page), posted | {f"{name}-INITIAL_FORMS": "0"} | more)


def test_two_rows_alike_are_two_rows(admin_client):
    page = make_publication(live=False)
    page.save_revision()
    author = Person.objects.create(first_name="Awa", last_name="Diallo")
    rows = [{"person": str(author.pk)}] * 2
    assert post_rows(admin_client, page, "authors", rows).status_code == 302
    assert [row.person for row in draft_of(page).authors.all()] == [author] * 2


def test_half_days_beyond_reason_are_refused_in_their_row_even_of_a_draft(admin_client):
    page = make_event(days=[], live=False)
    page.save_revision()
    days = [{"day": f"0{n}/12/2026", "half_days": n * n * n * 10} for n in (1, 2, 3)]
    refused = post_rows(admin_client, page, "sessions", days)
    errors = refused.context["form"].formsets["sessions"].errors
    message = "Assurez-vous que cette valeur est inférieure ou égale à 60."
    assert [row.get("half_days") for row in errors] == [None, [message], [message]]
    assert 'value="80"' in refused.content.decode()
