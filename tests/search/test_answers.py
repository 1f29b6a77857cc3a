"""What a visitor gets, whatever state the index is in."""

from datetime import timedelta

from django.utils import timezone

import pytest

from search import answers, following, matching
from search.models import Acronym, Outbox
from tests.builders import make_experience

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site_engine")]


def titles(answer):
    return [result.title for result in answer.results]


@pytest.fixture
def sheets():
    pages = [
        make_experience(title="Le verger partagé", standfirst="Des habitant·es y cueillent."),
        make_experience(title="Verger d'insertion", standfirst="L'égalité par le travail."),
        make_experience(title="Verger pédagogique", standfirst="Pour le collège."),
    ]
    following.rebuild()
    return pages


def test_inclusive_and_accented_writing_are_found(sheets):
    assert titles(answers.find("habitantes")) == ["Le verger partagé"]
    assert titles(answers.find("egalite")) == ["Verger d'insertion"]


def test_pages_that_wait_in_the_outbox_are_not_counted_beyond_the_page_shown(sheets):
    sheets[2].unpublish()
    assert Outbox.objects.exists()
    answer = answers.find("verger", limit=1)
    assert answer.total == 2


def test_a_misspelt_word_is_corrected_and_said_so(sheets):
    answer = answers.find("pedagogiqe")
    assert answer.corrected == "pédagogique"
    assert titles(answer) == ["Verger pédagogique"]
    assert answer.query.text == "pedagogiqe"


def test_the_visitor_can_insist_on_the_spelling(sheets):
    answer = answers.find("pedagogiqe", literal=True)
    assert answer.corrected == ""
    assert answer.suggestion == "pédagogique"
    assert answer.total == 0


def test_a_word_of_the_index_is_never_corrected(sheets):
    assert answers.find("verger").suggestion == ""


def test_an_acronym_added_by_the_centre_is_understood(sheets):
    Acronym.objects.create(acronym="VIE", expansion="verger d'insertion")
    assert titles(answers.find("VIE")) == ["Verger d'insertion"]


def test_extracts_mark_the_whole_original_form(sheets):
    (result,) = answers.find("habitantes").results
    assert result.extract == "Des <mark>habitant·es</mark> y cueillent."


def test_a_lost_index_answers_by_title_then_is_rebuilt(sheets, lose_index):
    lose_index()
    answer = answers.find("verger partagé")
    assert answer.degraded
    assert titles(answer) == ["Le verger partagé"]
    assert answer.results[0].type == "fiche"
    again = answers.find("habitantes")
    assert not again.degraded
    assert titles(again) == ["Le verger partagé"]


def test_a_degraded_answer_shows_no_draft_either(sheets, lose_index, settings):
    settings.SEARCH_FOLLOW = "off"
    sheets[0].unpublish()
    lose_index()
    answer = answers.find("verger")
    assert answer.degraded
    assert "Le verger partagé" not in titles(answer)
    assert answer.total == 2


def test_without_an_index_nothing_but_stop_words_finds_nothing(settings):
    settings.SEARCH_FOLLOW = "off"
    make_experience()
    assert answers.find("le la").total == 0


HOSTILE = [
    "a" * 10_000,
    "habitante " * 1_000,
    '"' * 5_000,
    "*" * 10_000,
    "-" * 10_000,
    "(((((" * 500 + "verger" + ")))))" * 500,
    "verger*?~^[a TO z]",
    "\x00\x01\x02verger\x1b[31m",
    "' OR 1=1; DROP TABLE wagtailcore_page; --",
    "<script>alert(1)</script>",
    "é́" * 5_000,
    "@" * 5_000 + ".fr",
    "a.b." * 2_500,
    "\ud800\udfff verger",
    "".join(f'"verger {n}" -"{n} verger" ' for n in range(400)),
    "%00%0a{{7*7}}${jndi:ldap}",
    "\u202everger\u202c",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_answered(sheets, text):
    answer = answers.find(text)
    assert len(answer.query.text) <= 300
    for result in answer.results:
        assert "<script" not in result.extract


def test_a_search_without_any_time_answers_by_title(sheets, monkeypatch):
    monkeypatch.setattr(answers, "_BUDGET", -1.0)
    answer = answers.find("verger partagé")
    assert answer.partial
    assert not answer.degraded
    assert titles(answer) == ["Le verger partagé"]


def test_the_budget_of_one_search_leaves_an_answer_within_a_second():
    assert matching.BUDGET < 1
    assert answers._BUDGET < 1


def test_deep_pages_are_bounded(sheets):
    assert answers.find("verger", offset=10**9).results == ()


def test_rows_left_by_a_dead_process_are_noticed(sheets):
    following.record([sheets[0].pk], "save")
    assert not following.late()
    Outbox.objects.update(created_at=timezone.now() - timedelta(seconds=10))
    assert following.late()


def test_an_answer_takes_few_queries(site_engine, sheets, django_assert_max_num_queries):
    answers.find("verger")
    # In PostgreSQL, the search itself is queries: its name, its limits, what it finds, its texts;
    # and twice here, where so few sheets are found that near words are searched too.
    with django_assert_max_num_queries(23 if site_engine == "postgres" else 10):
        answers.find("verger")
