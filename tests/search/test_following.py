"""The index follows the site: every event leaves rows, draining makes them true."""

import threading
from datetime import timedelta

from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from wagtail.models import Page, PageViewRestriction

import pytest

from pages.models import (
    ExperienceHolder,
    Organisation,
    PublicationOrganisation,
    Resource,
    Territory,
    Theme,
)
from search import answers, documents, following
from search.engine import SearchRequest, get_engine
from search.models import Outbox
from search.queries import parse
from tests.builders import make_experience, make_home, make_issue, make_publication
from tests.search.conftest import ENGINES

# What follows a change is written with it: each engine's way, on each database.
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("site_engine"),
    pytest.mark.parametrize("site_engine", ENGINES, indirect=True),
]


@pytest.fixture
def page():
    """A published sheet, indexed, nothing waiting."""
    page = make_experience(title="Le verger des Lochères")
    following.rebuild()
    assert found("verger") == [page.pk]
    assert not Outbox.objects.exists()
    return page


def found(text):
    """What the index itself holds, before any check of what may be shown."""
    following.drain()
    return sorted(hit.page_id for hit in get_engine().search(SearchRequest(parse(text))).hits)


def test_a_new_published_page_is_found(page):
    other = make_experience(title="Un autre verger")
    assert found("verger") == sorted([page.pk, other.pk])


def test_a_publication_is_followed(page):
    page.title = "Le potager des Lochères"
    revision = page.save_revision()
    assert found("potager") == []
    revision.publish()
    assert found("potager") == [page.pk]
    assert found("verger") == []


def test_saving_a_draft_of_a_live_page_writes_nothing(page):
    page.title = "Brouillon"
    page.save_revision()
    assert not Outbox.objects.exists()


def test_unpublishing_is_followed_and_republishing_too(page):
    page.unpublish()
    assert found("verger") == []
    page.save_revision().publish()
    assert found("verger") == [page.pk]


def test_a_page_taken_offline_by_a_plain_save_disappears(page):
    page.live = False
    page.save()
    assert found("verger") == []


def test_deleting_is_followed(page):
    page.delete()
    assert found("verger") == []


def test_deleting_a_subtree_is_followed(page):
    page.get_parent().specific.delete()
    assert found("verger") == []
    assert page.pk not in get_engine().page_ids()


def test_privacy_set_on_an_ancestor_and_lifted_is_followed(page):
    rule = PageViewRestriction.objects.create(page=page.get_parent(), restriction_type="login")
    assert found("verger") == []
    rule.delete()
    assert found("verger") == [page.pk]


def test_moving_under_a_private_page_is_followed_with_the_descendants(page):
    section = page.get_parent().specific
    closed = make_home().add_child(instance=Page(title="Réservé", slug="reserve"))
    PageViewRestriction.objects.create(page=closed, restriction_type="login")
    section.move(closed, pos="last-child")
    assert found("verger") == []


def test_a_scheduled_expiry_is_followed(page):
    Page.objects.filter(pk=page.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
    call_command("publish_scheduled")
    assert found("verger") == []


def test_a_change_of_slug_changes_the_address_of_the_result(page):
    page.slug = "nouvelle-adresse"
    page.save_revision().publish()
    following.drain()
    assert answers.find("verger").results[0].url.endswith("/nouvelle-adresse/")


def test_renaming_a_theme_is_followed(page):
    theme = Theme.objects.create(name="Santé", code="sante")
    page.themes.add(theme)
    page.save()
    assert found("santé") == [page.pk]
    theme.name = "Bien-être"
    theme.save()
    assert found("santé") == []
    assert found("bien-être") == [page.pk]


def test_renaming_a_place_or_moving_it_is_followed(page):
    department = Territory.objects.create(name="Essonne", kind="departement", code="91")
    town = Territory.objects.create(name="Grigny", kind="commune", code="91286")
    page.territories.add(town)
    page.save()
    assert found("grigny") == [page.pk]
    town.parents.add(department)
    town.save()
    assert found("essonne") == [page.pk]
    department.name = "Yvelines"
    department.save()
    assert found("essonne") == []
    assert found("yvelines") == [page.pk]


def test_renaming_an_organisation_is_followed(page):
    union = Organisation.objects.create(name="Tambour battant")
    ExperienceHolder.objects.create(page=page, organisation=union)
    page.save()
    assert found("tambour") == [page.pk]
    union.name = "Les Sans-Relâche"
    union.save()
    assert found("tambour") == []


def test_a_change_rolled_back_leaves_no_row(page):
    with transaction.atomic():
        page.unpublish()
        transaction.set_rollback(True)
    assert not Outbox.objects.exists()
    assert found("verger") == [page.pk]


def test_the_commit_itself_drains(page, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        page.unpublish()
    assert not Outbox.objects.exists()
    assert get_engine().page_ids() == {make_home().pk, page.get_parent().pk}


def test_a_bulk_load_can_hold_the_draining_back(page, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks, following.held_back():
        make_experience(title="Un verger de plus")
    assert following.drain_soon not in callbacks
    assert Outbox.objects.exists()


def test_an_indexing_error_never_reaches_the_editor(
    page, django_capture_on_commit_callbacks, monkeypatch, caplog
):
    def broken(page_ids):
        raise OSError("disque plein")

    monkeypatch.setattr(documents, "build", broken)
    with django_capture_on_commit_callbacks(execute=True):
        page.unpublish()
    assert "event=search_drain_failed" in caplog.text
    assert set(Outbox.objects.values_list("page_id", flat=True)) == {page.pk}


def test_the_rows_wait_while_somebody_else_writes(page):
    page.unpublish()
    with get_engine().writing():
        assert following.drain() == 0
        assert Outbox.objects.exists()
    assert following.drain() > 0
    assert not Outbox.objects.exists()


def test_many_rows_for_one_page_make_one_commit(page, monkeypatch):
    commits = []
    engine = get_engine()
    original = engine.index
    monkeypatch.setattr(
        engine, "index", lambda *args, **kw: (commits.append(1), original(*args, **kw))
    )
    following.record([page.pk] * 3, "save")
    following.record([page.pk], "save")
    following.drain()
    assert len(commits) == 1


def test_a_draft_never_published_costs_no_commit(page, monkeypatch):
    draft = make_experience(title="Brouillon", live=False)
    draft.title = "Brouillon repris"
    draft.save()
    monkeypatch.setattr(get_engine(), "index", lambda *args, **kw: pytest.fail("commit inutile"))
    following.drain()
    assert not Outbox.objects.exists()


def test_an_unreadable_page_is_retried_then_left_to_the_doctor(page, monkeypatch):
    monkeypatch.setattr(documents, "build", lambda ids: documents.Built((), frozenset([page.pk])))
    following.record([page.pk], "save")
    following.drain()
    row = Outbox.objects.get()
    assert row.attempts == 5
    assert not Outbox.objects.pending().exists()


def test_what_changes_during_a_rebuild_is_in_the_new_index(page, monkeypatch):
    read_all = documents.build_all

    def slowly(on_failure=None):
        yield from list(read_all(on_failure))
        # Everything has been read; the site goes on and drains into the old index.
        page.unpublish()
        make_experience(title="Arrivé pendant ce temps")
        following.drain()
        assert Outbox.objects.applied().exists()

    monkeypatch.setattr(documents, "build_all", slowly)
    following.rebuild()
    assert not Outbox.objects.exists()
    assert found("verger") == []
    assert len(found("arrivé")) == 1


def test_without_an_index_draining_builds_one():
    page = make_experience(title="Premier verger")
    assert get_engine().health().state == "missing"
    following.drain()
    assert get_engine().health().state == "ready"
    assert found("verger") == [page.pk]


def test_switched_off_only_the_rows_are_written(page, settings, django_capture_on_commit_callbacks):
    settings.SEARCH_FOLLOW = "off"
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        page.unpublish()
    assert following.drain_soon not in callbacks
    assert Outbox.objects.exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_in_the_background_a_lost_index_is_rebuilt_while_the_site_answers(settings, lose_index):
    settings.SEARCH_FOLLOW = "thread"
    make_experience(title="Le verger des Lochères")
    finish_background()
    lose_index()
    answer = answers.find("verger")
    assert answer.degraded
    assert answer.total == 1
    finish_background()
    assert not answers.find("verger").degraded
    assert not Outbox.objects.exists()


def finish_background():
    for thread in threading.enumerate():
        if thread.name.startswith("search-"):
            thread.join(20)


def test_renaming_is_followed_for_every_type_and_through_blocks(page):
    theme = Theme.objects.create(name="Santé", code="sante")
    union = Organisation.objects.create(name="Tambour battant")
    book = Resource.objects.create(kind="ouvrage", title="Grandir entre deux gares")
    publication = make_publication()
    publication.themes.add(theme)
    publication.organisations.add(PublicationOrganisation(organisation=union))
    publication.save()
    items = [{"type": "resource", "value": {"resource": book.pk}, "id": "1234abcd"}]
    issue = make_issue(body=[{"type": "section", "value": {"key": "pole", "items": items}}])
    for record, field, old, new in [
        (theme, "name", "santé", "bien-être"),
        (union, "name", "tambour", "relâche"),
        (book, "title", "gares", "aéroports"),
    ]:
        expected = [issue.pk] if record is book else [publication.pk]
        assert found(old) == expected
        setattr(record, field, new)
        record.save()
        assert (found(old), found(new)) == ([], expected)
