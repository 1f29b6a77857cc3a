"""What a list costs does not depend on its length: as many queries for 20 entries as for 500."""

from uuid import uuid4

from django.db.models import F
from django.utils import timezone

from wagtail.models import Page

import pytest

from pages.models import Session, Territory, Theme
from tests.builders import (
    make_action,
    make_dossier,
    make_event,
    make_experience,
    make_job,
    make_publication,
    make_recording,
    make_tool,
)

pytestmark = pytest.mark.django_db

FEW, MANY = 20, 500
# Some nine are Wagtail's way to the page and its restrictions; the others the settings, the menu,
# the breadcrumbs, the choices of the filters, the count, the cards and their renditions.
LISTS = [
    pytest.param(make_experience, "", 20, id="experience"),
    pytest.param(make_publication, "", 22, id="publications"),
    pytest.param(make_recording, "", 21, id="recordings"),
    pytest.param(make_tool, "", 17, id="toolbox"),
    pytest.param(make_dossier, "", 19, id="dossiers"),
    pytest.param(make_event, "", 25, id="agenda"),
    pytest.param(make_event, "?view=month", 23, id="month"),
    pytest.param(make_job, "", 20, id="jobs"),
    pytest.param(make_action, "", 24, id="actions"),
]


def columns(page: Page, model: type[Page]) -> dict:
    return {field.attname: getattr(page, field.attname) for field in model._meta.concrete_fields}


def multiply(page: Page, total: int) -> None:
    """Sisters of the page, classed and dated as it is, until there are so many."""
    model, parent = type(page), page.get_parent()
    base = columns(page, Page)
    rows = Page.objects.bulk_create(
        Page(
            **base
            | {
                "id": None,
                "path": Page._get_path(parent.path, page.depth, rank),
                "slug": f"soeur-{rank}",
                "url_path": f"{parent.url_path}soeur-{rank}/",
                "translation_key": uuid4(),
            }
        )
        for rank in range(parent.numchild + 1, total + 1)
    )
    Page.objects.filter(pk=parent.pk).update(numchild=F("numchild") + len(rows))
    own = columns(page, model)
    for row in rows:
        # Raw: the row of its own table alone; a bulk insertion refuses models that inherit.
        sister = model(**own | columns(row, Page) | {"page_ptr_id": row.pk})
        sister.save_base(raw=True, force_insert=True)
    for name in {"themes", "territories"} & {field.name for field in model._meta.many_to_many}:
        field = model._meta.get_field(name)
        source, target = field.m2m_field_name(), field.m2m_reverse_field_name()
        through = field.remote_field.through
        through.objects.bulk_create(
            through(**{f"{source}_id": row.pk, f"{target}_id": value.pk})
            for row in rows
            for value in getattr(page, name).all()
        )
    if hasattr(page, "sessions"):
        Session.objects.bulk_create(Session(page_id=r.pk, day=timezone.localdate()) for r in rows)


@pytest.mark.parametrize(("make", "query", "count"), LISTS)
def test_a_list_of_500_entries_costs_what_one_of_20_does(
    client, picture, django_assert_num_queries, make, query, count
):
    classed = {
        "themes": [Theme.objects.create(code="sante", name="Santé")],
        "territories": [Territory.objects.create(name="Cergy", kind="commune")],
    }
    if make is make_tool:
        del classed["territories"]
    if make is make_event:
        classed["days"] = [timezone.localdate().isoformat()]
    page = make(cover=picture, **classed)
    address = page.get_parent().url + query
    for total in (FEW, MANY):
        multiply(page, total)
        page.refresh_from_db()
        answer = client.get(address)
        shown = answer.context.get("entries") or answer.context.get("sheets")
        found = shown.paginator.count if shown else answer.context["month_view"].count
        assert found == total
        with django_assert_num_queries(count):
            client.get(address)
