"""What an issue must respect: its period, and the template of its series."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

import pytest

from newsletters.blocks import ItemStream
from newsletters.letter import Kind
from newsletters.models import IssuePage, Periodical
from tests.builders import make_issue, make_periodical

pytestmark = pytest.mark.django_db


def news(title="Une nouvelle"):
    return ("news", {"scope": "local", "title": title, "visibility": "both"})


def with_section(issue, key, items):
    issue.body = [("section", {"key": key, "title": "", "intro": "", "items": items})]
    return issue


def test_two_issues_of_a_series_cannot_share_a_month():
    make_issue(title="Juin", slug="juin", first_month=6, last_month=7)
    second = IssuePage(title="Juillet", slug="juillet", year=2026, first_month=7)
    second.periodical = Periodical.objects.get()
    with pytest.raises(ValidationError) as refusal:
        second.clean()
    assert refusal.value.message_dict == {
        "first_month": ["Un numéro couvre déjà juillet 2026 dans cette série."]
    }


def test_the_database_itself_refuses_the_same_period_twice():
    make_issue(slug="un")
    with pytest.raises((IntegrityError, ValidationError)), transaction.atomic():
        make_issue(slug="deux")


def test_the_same_month_is_free_in_another_series():
    make_issue(slug="un")
    other = make_periodical(title="Lettre spéciale", code="speciale")
    assert make_issue(periodical=other, slug="deux").pk


@pytest.mark.parametrize("last", [5, 2, 12])
def test_months_that_do_not_follow_are_refused_with_the_field_named(last):
    issue = make_issue(first_month=3)
    issue.last_month = last
    with pytest.raises(ValidationError) as refusal:
        issue.clean()
    assert set(refusal.value.message_dict) == {"last_month"}


def test_a_section_below_its_minimum_is_named():
    periodical = make_periodical()
    periodical.sections.filter(key="actualite").update(min_items=2)
    issue = with_section(make_issue(periodical=periodical), "actualite", [news()])
    assert issue.section_problems() == [
        "Rubrique « Actualité » : il manque 1 contenu(s) (minimum 2)."
    ]


def test_a_section_above_its_maximum_is_named():
    periodical = make_periodical()
    periodical.sections.filter(key="actualite").update(max_items=1)
    issue = with_section(make_issue(periodical=periodical), "actualite", [news(), news("Autre")])
    assert issue.section_problems() == ["Rubrique « Actualité » : 2 contenus pour un maximum de 1."]


def test_a_kind_of_item_that_the_section_does_not_admit_is_named():
    periodical = make_periodical()
    periodical.sections.filter(key="actualite").update(allowed_kinds=["press"])
    issue = with_section(make_issue(periodical=periodical), "actualite", [news()])
    assert issue.section_problems() == [
        "Rubrique « Actualité » : le contenu « Actualité » n'y est pas admis."
    ]


def test_a_required_section_that_is_missing_is_named():
    periodical = make_periodical()
    periodical.sections.filter(key="fiche").update(min_items=1)
    issue = make_issue(periodical=periodical, body=[])
    assert issue.section_problems() == ["Rubrique « Fiche expérience » : elle manque au numéro."]


def test_every_kind_of_item_has_its_block():
    assert set(ItemStream.base_blocks) == {kind.value for kind in Kind}


@pytest.mark.parametrize("field", ["subject", "preheader"])
def test_a_line_break_in_a_header_field_is_refused(field):
    issue = make_issue()
    setattr(issue, field, "Bonjour\r\nBcc: autre@example.org")
    with pytest.raises(ValidationError) as refusal:
        issue.full_clean()
    assert field in refusal.value.message_dict
