"""What the browser posts from the editor of an experience sheet."""

from typing import Any

from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

PARAGRAPH = "<p>Onze habitantes se réunissent.</p>"


def sheet_post(page: Any = None, *, paragraph: str = PARAGRAPH, **fields: Any) -> dict[str, Any]:
    """A complete form; `fields` replace values (« action-publish », « is_minor »…)."""
    body = streamfield([("paragraph", rich_text(paragraph))])
    body["0"]["id"] = "8a1f0c5e-0000-4000-8000-000000000001"
    values = {
        "title": "Un jardin partagé",
        "slug": "un-jardin-partage",
        "short_title": "",
        "standfirst": "Des habitant·es cultivent une friche.",
        "cover": "",
        "territory_label": "",
        "project_period": "",
        "territories": [],
        "themes": [],
        "first_month": "3",
        "last_month": "",
        "year": "2026",
        "body": body,
        "stage": page.get_latest_revision_as_object().stage if page else "writing",
        "interview_date": "",
        "validated_by": "",
        "validated_on": "",
        "validation_proof": "",
        "import_notes": "",
        "publish_reason": "",
        "seo_title": "",
        "search_description": "",
        "comments": inline_formset([]),
        **{name: inline_formset([]) for name in ("holders", "contacts", "authors")},
    }
    return nested_form_data(values | fields)
