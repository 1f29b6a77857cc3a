"""From pages to documents."""

import json
from datetime import timedelta

from django.utils import timezone

from wagtail.models import PageViewRestriction, get_page_models

import pytest

from newsletters import letter as letters
from newsletters.models import IssuePage
from pages.models import (
    BasePage,
    ExperienceContact,
    ExperienceHolder,
    ExperiencePage,
    HomePage,
    Organisation,
    Territory,
    Theme,
)
from search import documents
from search.letters import Letters
from search.texts import plain
from tests.builders import make_experience, make_home, make_issue

pytestmark = pytest.mark.django_db


def built(*pages):
    return documents.build([page.pk for page in pages]).documents


def section(*items, key="actualite", **fields):
    values = [
        {"type": kind, "id": f"{n:08d}-aaaa", "value": value}
        for n, (kind, value) in enumerate(items)
    ]
    return ("section", {"key": key, "title": "", "intro": "", "items": values} | fields)


def issue_of(*items, **fields):
    return make_issue(body=json.dumps([
        {"type": kind, "value": value} for kind, value in [section(*items)]
    ]), **fields)  # fmt: skip


def test_a_sheet_gives_its_texts_people_and_places():
    department = Territory.objects.create(name="Val d'Oise", kind="departement", code="95")
    town = Territory.objects.create(name="Sarcelles", kind="commune", code="95585")
    town.parents.add(department)
    town.save()
    theme = Theme.objects.create(name="Cadre de vie", code="cadre")
    page = make_experience(
        body=[
            ("heading", "Une friche"),
            ("paragraph", "<p>Un <b>terrain</b> vague.</p><ul><li>un puits</li></ul>"),
            ("quote", {"text": "Tout le monde bêche", "speaker": "Rose", "role": "voisine"}),
            ("key_figures", {"figures": [{"value": "113", "label": "adhérent·es"}]}),
        ],
        import_notes="doute secret",
    )
    page.themes.add(theme)
    page.territories.add(town)
    page.save()
    union = Organisation.objects.create(name="Régie de quartier", acronym="RQ")
    ExperienceHolder.objects.create(page=page, organisation=union)
    ExperienceContact.objects.create(page=page, name="Paul Public")
    ExperienceContact.objects.create(page=page, name="Henri Caché", is_public=False)

    (document,) = built(page)

    assert "Une friche" in document.headings
    assert "Un terrain vague.\nun puits" in document.body
    assert "Tout le monde bêche" in document.body
    assert "113" in document.body
    assert "Sarcelles" in document.places
    assert "Val d'Oise" in document.places
    assert "Régie de quartier RQ" in document.people
    assert "Paul Public" in document.people
    assert "Caché" not in document.people
    assert "secret" not in repr(document)
    assert document.date == 20260301
    assert document.facets["type"] == ("fiche",)
    assert document.facets["theme"] == ("cadre",)
    assert document.facets["territory"] == (str(town.pk), str(department.pk))
    assert document.facets["year"] == ("2026",)


def test_territories_that_contain_each_other_do_not_loop():
    first = Territory.objects.create(name="A", kind="zone", code="1")
    second = Territory.objects.create(name="B", kind="zone", code="2")
    first.parents.add(second)
    second.parents.add(first)
    first.save()
    second.save()
    page = make_experience()
    page.territories.add(first)
    page.save()
    assert set(built(page)[0].facets["territory"]) == {str(first.pk), str(second.pk)}


def test_other_pages_give_their_own_texts():
    home = make_home()
    HomePage.objects.update(tagline="Agir ensemble", presentation="<p>Un centre ouvert.</p>")
    (document,) = built(home)
    assert document.facets["type"] == ("page",)
    assert "Un centre ouvert." in document.body
    assert document.lead == "Agir ensemble"


def test_an_issue_is_indexed_item_by_item():
    issue = issue_of(
        ("news", {"title": "Un conseil", "text": "<p>Renouvelé.</p>", "scope": "local"}),
        ("press", {"title": "Dix ans", "media": "La Gazette"}),
        editorial="<p>Chers lecteurs,</p><p>bonne lecture.</p>",
    )
    whole, *items = built(issue)
    assert whole.key == str(issue.pk)
    assert "bonne lecture." in whole.body
    assert [(item.key, item.facets["kind"]) for item in items] == [
        (f"{issue.pk}#news-00000000", ("news",)),
        (f"{issue.pk}#press-00000001", ("press",)),
    ]
    assert items[0].body == "Renouvelé.\nLocal"
    assert items[0].headings == "Actualité"
    assert "La Gazette" in items[1].body


def test_an_item_meant_for_the_mail_alone_is_not_indexed():
    assert len(built(issue_of(("news", {"title": "Privé", "visibility": "mail"})))) == 1


def test_an_item_that_points_at_a_sheet_does_not_double_it():
    sheet = make_experience(title="Un jardin")
    (whole,) = built(issue_of(("experience", {"page": sheet.pk})))
    assert "Un jardin" in whole.body


def test_an_item_that_points_at_a_draft_says_nothing_of_it():
    sheet = make_experience(title="Un jardin", live=False)
    (whole,) = built(issue_of(("experience", {"page": sheet.pk})))
    assert "jardin" not in whole.body


def test_the_light_reading_of_an_issue_says_what_the_letter_says():
    sheet = make_experience(title="Un jardin", standfirst="Une friche cultivée.")
    issue = issue_of(
        ("text", {"title": "Rencontre", "text": "<p>Le <b>12 mars</b> à Cergy.</p>"}),
        ("news", {"title": "Un conseil", "text": "<ul><li>a</li><li>b</li></ul>", "source": "X"}),
        ("resource", {"title": "Un livre", "kind": "ouvrage", "author": "A", "publisher": "P"}),
        ("press", {"title": "Dix ans", "media": "La Gazette", "url": "https://example.org/"}),
        ("zoom", {"title": "Zoom", "text": "<p>Chiffres</p>"}),
        ("experience", {"page": sheet.pk}),
        ("news", {"title": "Caché", "visibility": "mail"}),
    )
    issue = IssuePage.objects.get(pk=issue.pk)
    letter = letters.compose(issue).for_edition(letters.Visibility.WEB)
    composed = [item for section in letter.sections for item in section.items]
    read = list(Letters.of([issue]).items(issue))
    assert [(i.kind, i.anchor, i.title) for i in read] == [
        (i.kind.value, i.anchor, i.title) for i in composed
    ]
    for ours, theirs in zip(read, composed, strict=True):
        words = ours.text + ours.details
        for part in (plain(theirs.html), theirs.kicker, *theirs.byline.split(", ")):
            assert part in words


def test_issues_are_read_in_a_fixed_number_of_queries(django_assert_max_num_queries):
    issues = [issue_of(("news", {"title": f"Un {n}"}), first_month=n + 1) for n in range(6)]
    with django_assert_max_num_queries(10):
        assert len(built(*issues)) == 12


def test_a_series_without_public_archive_is_not_indexed():
    issue = make_issue()
    issue.periodical.has_public_archive = False
    issue.periodical.save()
    assert built(issue, issue.get_parent().specific) == ()
    assert issue.pk not in set(documents.searchable_ids())


def test_a_page_that_cannot_be_read_does_not_keep_the_others_out(monkeypatch):
    def broken(self, issue):
        raise ValueError("bloc illisible")

    monkeypatch.setattr(Letters, "items", broken)
    issue, sheet = make_issue(), make_experience()
    result = documents.build([issue.pk, sheet.pk])
    assert [document.page_id for document in result.documents] == [sheet.pk]
    assert result.failed == {issue.pk}


def draft():
    return make_experience(live=False)


def expired():
    return make_experience(expire_at=timezone.now() - timedelta(minutes=1))


def private():
    page = make_experience()
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    return page


def under_private():
    page = make_experience()
    PageViewRestriction.objects.create(page=page.get_parent(), restriction_type="login")
    return page


def unpublished():
    page = make_experience()
    page.unpublish()
    return page


@pytest.mark.parametrize(
    "make", [draft, expired, private, under_private, unpublished], ids=lambda make: make.__name__
)
def test_what_nobody_may_read_has_no_document(make):
    page = make()
    assert built(page) == ()
    assert page.pk not in set(documents.searchable_ids())


def test_a_draft_over_a_live_page_keeps_what_is_published():
    page = make_experience(title="Titre publié")
    page.title = "Titre en brouillon"
    page.save_revision()
    assert built(page)[0].title == "Titre publié"


def test_an_alias_is_found_once():
    page = make_experience()
    alias = page.create_alias(update_slug="copie")
    assert {d.page_id for d in built(page, alias)} == {page.pk}


def test_a_hundred_sheets_are_read_in_a_fixed_number_of_queries(django_assert_max_num_queries):
    town = Territory.objects.create(name="Sarcelles", kind="commune", code="95585")
    pages = [make_experience(title=f"Fiche {n}") for n in range(8)]
    for page in pages:
        page.territories.add(town)
        page.save()
    with django_assert_max_num_queries(14):
        assert len(built(*ExperiencePage.objects.all())) == 8


def test_every_page_type_of_the_site_is_offered_under_a_name():
    """A new type is either named for visitors, or a page among others by decision."""
    others = {
        "HomePage", "StandardPage", "ContactPage", "TeamPage", "BoardPage", "MembersPage",
        "PartnersPage", "AccessibilityPage", "LegalNoticePage", "PrivacyPage", "PeriodicalPage",
    }  # fmt: skip
    models = [model for model in get_page_models() if issubclass(model, BasePage)]
    unnamed = {m.__name__ for m in models if documents.type_of(m()) == "page"}
    assert {name for name in unnamed if not name.endswith(("IndexPage", "AgendaPage"))} == others
