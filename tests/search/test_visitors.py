"""While typing, above the results, and what is kept of what was asked."""

import json
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from wagtail.contrib.search_promotions.models import Query as PromotedQuery
from wagtail.contrib.search_promotions.models import SearchPromotion

import pytest

from search import answers, following, statistics
from search.models import Acronym, Searched
from tests.builders import make_experience

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site_engine")]


@pytest.fixture
def sheets():
    pages = [
        make_experience(title="Le verger partagé", standfirst="Des habitant·es plantent."),
        make_experience(title="La vélo-école", standfirst="Une école de vélo pour apprendre."),
    ]
    following.rebuild()
    return pages


def completed(client, text):
    response = client.get(reverse("search:suggestions"), {"q": text})
    return json.loads(response.content)["suggestions"]


def test_the_last_word_is_completed_with_its_usual_spelling(client, sheets):
    assert completed(client, "verg") == ["verger"]
    assert completed(client, "école de vél") == ["école de vélo"]


@pytest.mark.parametrize("text", ["", "v", "verger ", '"', "-", "\x00", "zzz", "a" * 10_000])
def test_what_cannot_be_completed_gives_nothing(client, sheets, text):
    assert completed(client, text) == []


def test_words_of_a_withdrawn_page_are_not_completed_even_when_the_index_is_stale(
    client, sheets, settings
):
    settings.SEARCH_FOLLOW = "off"
    sheets[0].unpublish()
    assert completed(client, "verg") == []


def test_completions_combine_only_into_what_exists(client, sheets):
    assert completed(client, "verger vél") == []


def test_a_new_word_is_learnt_without_a_rebuild(client, sheets, django_capture_on_commit_callbacks):
    assert completed(client, "rucher") == []
    with django_capture_on_commit_callbacks(execute=True):
        make_experience(title="Le rucher du quartier")
    assert completed(client, "ruch") == ["rucher"]
    assert answers.find("ruchet").corrected == "rucher"


def test_without_an_index_nothing_is_completed(client, sheets, lose_index):
    lose_index()
    assert completed(client, "verg") == []


# --- Put forward ------------------------------------------------------------------------------


def promote(text, **fields):
    return SearchPromotion.objects.create(query=PromotedQuery.get(text), **fields)


def shown(client, text):
    return client.get(reverse("search:results"), {"q": text}).content.decode()


def test_what_editors_put_forward_comes_first_for_the_same_words(client, sheets):
    promote("subvention", page=sheets[1], description="Le guide")
    page = shown(client, "subventions")
    assert 'aria-labelledby="search-promoted"' in page
    assert "Le guide" in page
    assert "search-promoted" not in shown(client, "subvention verger").replace(
        ".search-promoted", ""
    )


def test_a_page_put_forward_and_withdrawn_is_not_shown(client, sheets):
    promote("verger", page=sheets[1], description="Le guide")
    sheets[1].unpublish()
    assert "Le guide" not in shown(client, "verger")


# --- What visitors look for -------------------------------------------------------------------


def test_searches_are_counted_by_day_and_misses_apart(client, sheets):
    for text in ("Verger", "verger ", "introuvable"):
        shown(client, text)
    rows = {row.text: (row.times, row.misses) for row in Searched.objects.all()}
    assert rows == {"verger": (2, 0), "introuvable": (1, 1)}


@pytest.mark.parametrize(
    "text",
    [
        "lea@example.org",
        "01 99 00 12 34",
        "0199001234",
        "mot " * 9,
        "x" * 61,
        "https://example.org",
    ],
)
def test_what_could_name_somebody_is_not_kept(client, sheets, text):
    shown(client, text)
    assert not Searched.objects.exists()


def test_following_pages_are_not_counted_again(client, sheets):
    client.get(reverse("search:results"), {"q": "verger", "page": "2"})
    assert not Searched.objects.exists()


def test_counts_are_forgotten_after_thirteen_months():
    old = timezone.localdate() - timedelta(days=396)
    Searched.objects.create(day=old, text="ancien", times=1)
    Searched.objects.create(day=timezone.localdate(), text="récent", times=1)
    statistics.forget_old()
    assert [row.text for row in Searched.objects.all()] == ["récent"]


def test_nothing_in_the_table_can_hold_a_person():
    names = {field.name for field in Searched._meta.get_fields()}
    assert names == {"id", "day", "text", "times", "misses"}


# --- How often --------------------------------------------------------------------------------


def test_too_many_searches_in_a_minute_are_refused_kindly(client, sheets, settings):
    settings.SEARCH_RATE = 2
    answered = [client.get(reverse("search:results"), {"q": "verger"}) for _ in range(3)]
    assert [response.status_code for response in answered] == [200, 200, 429]
    assert "Trop de recherches" in answered[-1].content.decode()


def test_another_visitor_behind_the_same_proxy_is_not_refused(client, sheets, settings):
    settings.SEARCH_RATE = 1
    for address in ("203.0.113.4", "203.0.113.5"):
        response = client.get(
            reverse("search:results"), {"q": "verger"}, HTTP_X_FORWARDED_FOR=f"1.2.3.4, {address}"
        )
        assert response.status_code == 200


def test_a_distant_visitor_cannot_choose_the_address_that_is_counted(client, sheets, settings):
    settings.SEARCH_RATE = 1
    codes = [
        client.get(
            reverse("search:results"), {"q": "verger"},
            REMOTE_ADDR="8.8.8.8", HTTP_X_FORWARDED_FOR=f"9.9.9.{n}",
        ).status_code
        for n in range(2)
    ]  # fmt: skip
    assert codes == [200, 429]


def test_no_address_is_kept_in_the_cache(client, sheets):
    client.get(reverse("search:results"), {"q": "verger"}, REMOTE_ADDR="203.0.113.9")
    assert not [key for key in cache._cache if "203.0.113.9" in key]


# --- Admin ------------------------------------------------------------------------------------


def test_the_menu_holds_glossary_promotions_and_report(admin_client):
    page = admin_client.get(reverse("wagtailadmin_home")).content.decode()
    for address in ("/admin/sigles/", "/admin/searchpicks/", "/admin/recherche/visiteurs/"):
        assert address in page


def test_the_report_lists_and_exports(admin_client):
    Searched.objects.create(day=timezone.localdate(), text="perdu", times=3, misses=3)
    Searched.objects.create(day=timezone.localdate(), text="trouvé", times=9, misses=0)
    address = reverse("search_report")
    page = admin_client.get(address, {"missed": "true"}).content.decode()
    assert "perdu" in page
    assert "trouvé" not in page
    Searched.objects.create(day=timezone.localdate(), text="awa diallo", times=2, misses=2)
    assert "awa diallo" not in admin_client.get(address).content.decode()
    export = admin_client.get(address, {"export": "csv"})
    lines = b"".join(export.streaming_content).decode().splitlines()
    assert lines[0] == "Recherche,Jour,Fois,Sans résultat"
    assert lines[1].startswith("perdu,")


def test_the_report_asks_for_a_right(client):
    user = get_user_model().objects.create_user("lea", "lea@example.org", "x", is_staff=True)
    client.force_login(user)
    assert client.get(reverse("search_report")).status_code == 302


def test_an_acronym_is_added_in_the_admin_and_found_both_ways(admin_client, sheets):
    response = admin_client.post(
        reverse("sigles:add"), {"acronym": "VEP", "expansion": "verger partagé"}
    )
    assert response.status_code == 302
    assert Acronym.objects.get().acronym == "VEP"
    assert answers.find("VEP").results[0].title == "Le verger partagé"
