"""Editors find pages, in the explorer and the choosers, as visitors do; drafts by their title."""

from django.urls import reverse

from wagtail.models import Page

import pytest

from search import following
from tests.builders import make_experience

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site_engine")]


@pytest.fixture
def client(admin_client):
    return admin_client


@pytest.fixture
def pages(db):
    made = [
        make_experience(title="Les acteur·rices du jardin", standfirst="Une friche à Sarcelles."),
        make_experience(title="La vélo-école"),
        make_experience(title="Le brouillon des actrices", live=False),
    ]
    following.rebuild()
    return made


def found(client, text):
    page = client.get(reverse("wagtailadmin_pages:search"), {"q": text})
    assert page.status_code == 200
    return {p.title for p in page.context["object_list"]}


def test_page_search_reads_inclusive_forms_stems_and_texts(client, pages):
    assert found(client, "jardins") == {pages[0].title}
    assert found(client, "friche sarcelles") == {pages[0].title}


def test_a_draft_is_found_by_its_title_beside_published_pages(client, pages):
    assert found(client, "actrices") == {pages[0].title, pages[2].title}


def test_the_beginning_of_a_word_is_enough(client, pages):
    assert found(client, "vélo") == {pages[1].title}
    assert found(client, "jard") == {pages[0].title}


def test_the_page_chooser_reads_the_same(client, pages):
    page = client.get(reverse("wagtailadmin_choose_page_search"), {"q": "actrice"})
    assert pages[0].title in page.content.decode()


def test_only_the_pages_asked_about_are_found(pages):
    nothing = Page.objects.filter(pk=pages[1].pk).autocomplete("actrices")
    assert list(nothing) == []
    assert [page.pk for page in Page.objects.live().autocomplete("actrices")] == [pages[0].pk]


def test_without_an_index_wagtail_answers_alone(client, pages, lose_index):
    lose_index()
    assert found(client, "brouillon") == {pages[2].title}
