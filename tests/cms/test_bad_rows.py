"""Repeated rows (sessions, speakers, authors, files…): what is wrong in one is said in that row,
in French; the rows around it and everything typed stay.
"""

from html import escape
from typing import Any

from django import forms
from django.urls import reverse

from wagtail.admin.rich_text import DraftailRichTextArea
from wagtail.test.utils.form_data import rich_text

import pytest

from pages.models import EventPage, RecordingPage
from tests.builders import make_event, make_recording
from tests.cms.test_bad_input import ENGLISH, MODELS, add_url, empty_post, wrong_value

pytestmark = pytest.mark.django_db

NOT_TYPED = ("ORDER", "DELETE", "id")
HUGE = "9" * 40


def typed_fields(formset: Any) -> dict[str, forms.Field]:
    fields = formset.empty_form.fields
    return {name: field for name, field in fields.items() if name not in NOT_TYPED}


def posted_value(field: forms.Field, value: Any) -> str:
    return rich_text(value) if isinstance(field.widget, DraftailRichTextArea) else str(value)


def row_post(formset: Any, rank: int, values: dict[str, str]) -> dict[str, str]:
    """One row as the browser posts it: what a new row holds, then `values`."""
    prefix = f"{formset.prefix}-{rank}"
    posted = {f"{prefix}-ORDER": str(rank + 1), f"{prefix}-DELETE": "", f"{prefix}-id": ""}
    for inner in getattr(formset.empty_form, "formsets", {}).values():
        name = inner.prefix.rsplit("-", 1)[-1]
        posted |= {f"{prefix}-{name}-{count}_FORMS": "0" for count in ("TOTAL", "INITIAL")}
    for name, field in typed_fields(formset).items():
        first = field.get_bound_field(formset.empty_form, name).value()
        if first not in (None, False, []):
            posted[f"{prefix}-{name}"] = posted_value(field, first)
    return posted | {f"{prefix}-{name}": value for name, value in values.items()}


def rows_post(formset: Any, rows: list[dict[str, str]]) -> dict[str, str]:
    posted = {f"{formset.prefix}-TOTAL_FORMS": str(len(rows))}
    for rank, values in enumerate(rows):
        posted |= row_post(formset, rank, values)
    return posted


def formsets_of(form: Any) -> dict[str, Any]:
    return {name: found for name, found in form.formsets.items() if name != "comments"}


def out_of_bounds(field: forms.Field) -> str:
    """A value too long, malformed, or of an object deleted since; empty when there is none."""
    if isinstance(field, forms.ModelChoiceField):
        return "99999999"
    if isinstance(field, forms.IntegerField):
        return HUGE
    return "" if isinstance(field, forms.BooleanField) else wrong_value(field)


def has_rows(client: Any, url: str) -> bool:
    return bool(formsets_of(client.get(url).context["form"]))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_what_is_wrong_in_a_row_is_said_in_that_row(admin_client, model):
    url = add_url(model)
    base = empty_post(admin_client, model, url) | {"title": "Des rangs", "slug": "des-rangs"}
    for name, formset in formsets_of(admin_client.get(url).context["form"]).items():
        fields = typed_fields(formset)
        wrong = {key: out_of_bounds(field) for key, field in fields.items()}
        typed = {key: posted_value(fields[key], value) for key, value in wrong.items() if value}
        answer = admin_client.post(url, base | rows_post(formset, [{}, typed, {}]))
        assert answer.status_code == 200, name
        errors = answer.context["form"].formsets[name].errors
        html = answer.content.decode()
        for key, value in typed.items():
            assert key in errors[1], (name, key)
            assert not any(word in str(errors[1][key]) for word in ENGLISH), errors[1][key]
            assert all(escape(message) in html for message in errors[1][key]), (name, key)
            if not isinstance(fields[key], forms.ModelChoiceField):
                assert escape(value) in html, (name, key)
        assert not [key for row in (errors[0], errors[2]) for key in row if wrong.get(key) == ""]
        assert not model.objects.filter(title="Des rangs").exists()


def edit_url(page: Any) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def session_rows(client: Any, page: EventPage) -> dict[str, str]:
    """An existing event, with a middle session that ends before it starts."""
    form = client.get(edit_url(page)).context["form"]
    hours = [("09:00", "12:00"), ("14:00", "10:00"), ("09:00", "12:00")]
    rows = [{"day": f"0{n}/12/2026", "starts": a, "ends": b} for n, (a, b) in enumerate(hours, 1)]
    posted = empty_post(client, EventPage, edit_url(page))
    return posted | rows_post(form.formsets["sessions"], rows) | {"sessions-INITIAL_FORMS": "0"}


def test_a_session_that_ends_before_it_starts_is_kept_in_a_draft_only(admin_client):
    page = make_event(days=[], state="planned")
    page.save_revision()
    posted = session_rows(admin_client, page)
    refused = admin_client.post(edit_url(page), posted | {"action-publish": "1"})
    message = "La séance finit avant d&#x27;avoir commencé."
    assert refused.context["form"].formsets["sessions"].errors[0] == {}
    assert "ends" in refused.context["form"].formsets["sessions"].errors[1]
    assert message in refused.content.decode()
    assert 'value="10:00"' in refused.content.decode()
    assert admin_client.post(edit_url(page), posted).status_code == 302
    draft = EventPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    assert [str(row.ends) for row in draft.sessions.all()][1] == "10:00:00"


def test_control_characters_pasted_from_a_file_are_dropped_everywhere(admin_client):
    page = make_recording()
    page.save_revision()
    posted = empty_post(admin_client, RecordingPage, edit_url(page))
    posted |= {
        "title": "Une\x0bvoix\x00",
        "transcript": rich_text("<p>Bonjour\x00 à\x0ctoutes, C:\\u0041.</p>"),
    }
    assert "\\u0000" in posted["transcript"]
    assert admin_client.post(edit_url(page), posted).status_code == 302
    draft = RecordingPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    assert draft.title == "Une voix"
    assert "Bonjour à toutes, C:\\u0041." in draft.transcript


def test_rows_added_by_code_have_a_rank():
    page = make_event(days=["2026-12-01", "2026-12-02", "2026-12-03"])
    assert [row.sort_order for row in page.sessions.all()] == [0, 1, 2]
