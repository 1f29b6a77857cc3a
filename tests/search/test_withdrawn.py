"""What nobody may read is not found, counted, suggested nor completed, even by a stale index."""

import json
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from wagtail.contrib.search_promotions.models import Query as Promoted
from wagtail.contrib.search_promotions.models import SearchPromotion
from wagtail.models import Page, PageViewRestriction

import pytest

from newsletters.models import Periodical
from search import answers, following
from search.engine import get_engine
from search.models import Outbox
from search.promoted import promoted
from tests.builders import make_experience, make_issue, make_publication

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site_engine")]


def unpublish(page):
    Page.objects.filter(pk=page.pk).update(live=False)


def expire(page):
    """As long as nobody has run `publish_scheduled`."""
    Page.objects.filter(pk=page.pk).update(expire_at=timezone.now() - timedelta(seconds=1))


def restrict(page):
    PageViewRestriction.objects.bulk_create(
        [PageViewRestriction(page=page, restriction_type="login")]
    )


def restrict_around(page):
    restrict(page.get_parent())


def delete(page):
    Page.objects.filter(pk=page.pk).delete()


def unpublish_unfollowed(page):
    page.unpublish()


def restrict_around_unfollowed(page):
    PageViewRestriction.objects.create(page=page.get_parent(), restriction_type="login")


SILENT = [unpublish, expire, restrict, restrict_around]
WITHDRAWALS = [*SILENT, delete, unpublish_unfollowed, restrict_around_unfollowed]
withdrawals = pytest.mark.parametrize(
    "withdraw", WITHDRAWALS, ids=lambda withdraw: withdraw.__name__
)


@pytest.fixture
def page(settings):
    """Found before any other, alone of its type and alone to hold one word; then the index does
    not follow any more."""
    for number in range(2):
        make_experience(title=f"Fiche {number}", standfirst="Au bout du verger.")
    page = make_publication(title="Verger, vergers : kaléidoscope", abstract="Le verger.")
    following.rebuild()
    assert answers.find("verger").results[0].title == page.title
    settings.SEARCH_FOLLOW = "off"
    return page


def titles(answer):
    return [result.title for result in answer.results]


@withdrawals
def test_it_is_neither_shown_nor_counted(page, withdraw):
    withdraw(page)
    answer = answers.find("verger")
    assert sorted(titles(answer)) == ["Fiche 0", "Fiche 1"]
    assert answer.total == 2
    assert answer.facets["type"] == {"fiche": 2}


@withdrawals
def test_it_is_not_counted_among_results_that_are_not_shown(page, withdraw):
    withdraw(page)
    # The oldest: by date it comes last, nothing that is shown first tells that it is gone.
    for options in ({"sort": "date", "limit": 1}, {"limit": 1}, {"limit": 1, "offset": 1}):
        answer = answers.find("verger", **options)
        assert answer.total == 2
        assert answer.facets["type"] == {"fiche": 2}
    chosen = {"type": frozenset(["publication"])}
    assert answers.find("verger", filters=chosen).total == 0
    assert answers.find("", filters=chosen).total == 0
    assert "publication" not in answers.find("").facets["type"]


@withdrawals
def test_its_words_are_neither_corrected_suggested_nor_completed(client, page, withdraw):
    assert answers.find("kaleidoscpe").corrected == "kaléidoscope"
    assert answers.find("kaleidoscpe", literal=True).suggestion == "kaléidoscope"
    assert completed(client, "kalei") == ["kaléidoscope"]
    withdraw(page)
    answer = answers.find("kaleidoscpe")
    assert (answer.corrected, answer.suggestion, answer.results) == ("", "", ())
    assert answers.find("verger kaleidoscpe").suggestion == ""
    assert answers.find("kaleidoscpe", literal=True).suggestion == ""
    assert completed(client, "kalei") == []


def completed(client, text):
    response = client.get(reverse("search:suggestions"), {"q": text})
    return json.loads(response.content)["suggestions"]


@withdrawals
def test_it_is_not_put_forward(page, withdraw):
    query = Promoted.get("verger")
    SearchPromotion.objects.create(query=query, page=page, sort_order=0)
    assert promoted(answers.find("verger").query)
    withdraw(page)
    assert promoted(answers.find("verger").query) == ()


@withdrawals
def test_it_is_not_found_by_its_title_while_the_index_is_lost(page, withdraw, lose_index):
    withdraw(page)
    lose_index()
    answer = answers.find("kaléidoscope")
    assert answer.degraded
    assert (answer.results, answer.total) == ((), 0)


@pytest.mark.parametrize("withdraw", SILENT, ids=lambda withdraw: withdraw.__name__)
def test_a_stale_hit_is_queued_again_when_it_was_not_known(page, withdraw, monkeypatch):
    """Between the moment when hidden pages are asked and the one when results are."""
    known = answers.documents.withdrawn_ids()
    monkeypatch.setattr(answers.documents, "withdrawn_ids", lambda: known)
    withdraw(page)
    assert answers.find("verger").total == 2
    assert list(Outbox.objects.values_list("page_id", "reason")) == [(page.pk, "stale")]
    following.drain()
    assert page.pk not in get_engine().page_ids()


def test_the_issues_of_a_series_whose_archive_is_closed_are_not_found(page):
    issue = make_issue(title="Verger de mars", editorial="<p>Le verger.</p>")
    following.rebuild()
    assert issue.title in titles(answers.find("verger"))
    Periodical.objects.update(has_public_archive=False)
    answer = answers.find("verger")
    assert issue.title not in titles(answer)
    assert answer.total == 3
    assert "lettre" not in answer.facets["type"]


def test_a_draft_is_never_found(page):
    make_experience(title="Verger secret", live=False)
    following.drain()
    assert titles(answers.find("secret")) == []
    assert answers.find("verger").total == 3
