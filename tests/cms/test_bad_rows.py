"""Repeated rows (sessions, speakers, authors, files…): what is wrong in one is said in that row,
in French; the rows around it and everything typed stay.
"""

import json
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
