"""Whatever the page, what cannot be kept is refused at its field, and nothing typed is lost."""

from html import escape
from typing import Any

from django import forms
from django.urls import reverse

from wagtail.admin.rich_text import DraftailRichTextArea
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page, get_page_models
from wagtail.test.utils.form_data import querydict_from_html, rich_text

import pytest

from newsletters.models import PeriodicalPage
from pages.models import HomePage
from tests.builders import make_home, make_issue, make_periodical

pytestmark = pytest.mark.django_db

MODELS = sorted((model for model in get_page_models() if model.is_creatable), key=str)
ENGLISH = ("Ensure", "Enter a", "This field", "valid ", "Select a", "must be", "required")
WRONG = (
    (forms.URLField, "htp:/adresse sans fin"),
    (forms.EmailField, "adresse.sans.arobase"),
    (forms.DateTimeField, "le 31 février à midi"),
    (forms.DateField, "31 février 2026"),
    (forms.TimeField, "midi passé"),
    (forms.IntegerField, "une douzaine"),
    (forms.DecimalField, "une douzaine"),
)


def parent_of(model: type[Page]) -> Page:
    """A page under which the type may be created."""
    allowed = model.allowed_parent_page_models()
    if model is HomePage:
        return Page.objects.get(depth=1)
    if HomePage in allowed:
        return make_home()
    if PeriodicalPage in allowed:
        return make_issue().get_parent().specific
    return make_home().add_child(instance=allowed[0](title="Rubrique", slug="rubrique"))


def empty_post(client: Any, model: type[Page], url: str) -> dict[str, Any]:
    """What the browser posts when nothing was typed; scripts draw streams and rich texts."""
    html = client.get(url).content.decode()
    posted = querydict_from_html(html, form_id="page-edit-form").dict()
    for field in model._meta.get_fields():
        if isinstance(field, StreamField):
            posted[f"{field.name}-count"] = "0"
        elif isinstance(field, RichTextField):
            posted[field.name] = rich_text("")
    return posted


def wrong_value(field: forms.Field) -> str:
    """Something that the field cannot keep; empty when it keeps anything."""
    for kind, value in WRONG:
        if isinstance(field, kind):
            return value
    limit = getattr(field, "max_length", None)
    return "a" * (limit + 1) if limit and limit < 5000 else ""


def is_rich(field: forms.Field) -> bool:
    return isinstance(field.widget, DraftailRichTextArea)


def problems(form: Any) -> list[Any]:
    return [form.errors, *(formset.errors for formset in form.formsets.values())]


def add_url(model: type[Page]) -> str:
    parts = [model._meta.app_label, model._meta.model_name, parent_of(model).pk]
    return reverse("wagtailadmin_pages:add", args=parts)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_each_wrong_value_is_refused_in_french_at_its_field_and_stays_typed(admin_client, model):
    url = add_url(model)
    posted = empty_post(admin_client, model, url)
    form = admin_client.get(url).context["form"]
    wrong = {name: wrong_value(field) for name, field in form.fields.items() if name in posted}
    wrong = {name: value for name, value in wrong.items() if value}
    typed = {
        name: rich_text(f"<p>{value}</p>") if is_rich(form.fields[name]) else value
        for name, value in wrong.items()
    }
    answer = admin_client.post(url, posted | typed)
    assert answer.status_code == 200
    assert "title" in wrong
    html, errors = answer.content.decode(), answer.context["form"].errors
    for name, value in wrong.items():
        assert name in errors, name
        for message in errors[name]:
            assert not any(word in message for word in ENGLISH), (name, message)
            assert escape(message) in html, (name, message)
        assert escape(value) in html, name
    assert not model.objects.filter(title=wrong["title"]).exists()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_draft_with_only_a_title_is_saved(admin_client, model):
    url = add_url(model)
    posted = empty_post(admin_client, model, url) | {"title": "Brouillon inachevé"}
    posted["slug"] = "brouillon-inacheve"  # the browser derives it from the title
    if model is PeriodicalPage:  # the archive of a series is nothing without its series
        posted["periodical"] = str(make_periodical().pk)
    answer = admin_client.post(url, posted)
    page = model.objects.filter(draft_title="Brouillon inachevé").first()
    assert page is not None, answer.context and problems(answer.context["form"])
    assert not page.live
    assert admin_client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 200
