"""What any engine must answer; another one is added to the ENGINES of conftest.py."""

import pytest

from search.engine import Changes, Document, SearchRequest
from search.queries import build_glossary, parse

DOCUMENTS = [
    Document(
        "1", 1, "Un jardin partagé", lead="Des habitant·es cultivent une friche.",
        body="L'égalité des chances commence au pied des tours. Le conseil citoyen se réunit.",
        people="Amina Diallo", places="Sarcelles\nVal d'Oise", date=20240301,
        facets={"type": ("fiche",), "theme": ("cadre", "egalite"), "territory": ("1", "9"),
                "year": ("2024",)},
    ),
    Document(
        "2", 2, "La réussite éducative", body="Un jardin pédagogique près du collège, dans un pré.",
        date=20250101,
        facets={"type": ("fiche",), "theme": ("education",), "territory": ("2", "9"),
                "year": ("2025",)},
    ),
    Document(
        "3", 3, "Numéro de mars", body="Au sommaire : le conseil municipal et un citoyen engagé.",
        date=20260301, facets={"type": ("lettre",), "year": ("2026",)},
    ),
    Document(
        "3#item-a", 3, "Appel à projets PRE", anchor="item-a", body="Candidatures ouvertes.",
        date=20260301, facets={"type": ("lettre",), "kind": ("news",), "year": ("2026",)},
    ),
]  # fmt: skip


@pytest.fixture
def engine(new_engine):
    engine = new_engine()
    engine.rebuild(DOCUMENTS)
    return engine


def ask(engine, text, glossary=None, **options):
    options["filters"] = {k: frozenset(v) for k, v in options.pop("filters", {}).items()}
    return engine.search(SearchRequest(parse(text, glossary), **options))


def keys(page, *, exact_only=True):
    return [hit.key for hit in page.hits if not (exact_only and hit.approximate)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("habitantes", ["1"]),
        ("habitant", ["1"]),
        ("HABITANTE", ["1"]),
        ("egalite", ["1"]),
        ("égalités", ["1"]),
        ("sarcelles", ["1"]),
        ("diallo", ["1"]),
        ("jardins", ["1", "2"]),
        ("jardin pédagogique", ["2"]),
        ('"conseil citoyen"', ["1"]),
        ('"citoyen conseil"', []),
        ("conseil citoyen", ["1", "3"]),
        ("jardin -collège", ["1"]),
        ('conseil -"conseil citoyen"', ["3"]),
        ("candidature", ["3#item-a"]),
        ("introuvable", []),
    ],
)
def test_words_find_their_documents(engine, text, expected):
    assert sorted(keys(ask(engine, text))) == expected


def test_no_phrase_begins_in_the_title_and_ends_in_the_text(engine):
    assert keys(ask(engine, '"partagé habitantes"')) == []


def test_a_word_of_the_title_counts_more_than_one_of_the_text(engine):
    assert keys(ask(engine, "jardin"))[0] == "1"


def test_acronyms_and_expansions_find_each_other(engine):
    glossary = build_glossary([("PRE", "réussite éducative")])
    assert sorted(keys(ask(engine, "PRE", glossary))) == ["2", "3#item-a"]
    assert sorted(keys(ask(engine, "réussite éducative", glossary))) == ["2", "3#item-a"]


def test_an_acronym_is_not_a_meadow(engine):
    glossary = build_glossary([("PRE", "plan régional")])
    assert keys(ask(engine, "PRE", glossary)) == ["3#item-a"]
    assert keys(ask(engine, "plan régional", glossary)) == ["3#item-a"]
    assert "2" in keys(ask(engine, "pré", glossary))


def test_too_few_exact_results_are_completed_and_the_others_marked(engine):
    page = ask(engine, "jardin collège tours")
    assert keys(page) == []
    assert set(keys(page, exact_only=False)) == {"1", "2"}
    assert (page.total, page.approximate) == (2, 2)
    assert all(hit.approximate for hit in page.hits)


def test_exact_results_come_before_approximate_ones(engine):
    page = ask(engine, "conseil municipal")
    assert keys(page, exact_only=False) == ["3", "1"]
    assert [hit.approximate for hit in page.hits] == [False, True]


def test_facets_combine_and_each_is_counted_without_itself(engine):
    page = ask(engine, "jardin", filters={"theme": ["egalite"], "territory": ["9"]})
    assert keys(page) == ["1"]
    assert page.total == 1
    assert page.facets["theme"] == {"cadre": 1, "egalite": 1, "education": 1}
    assert page.facets["territory"] == {"1": 1, "9": 1}
    assert page.facets["year"] == {"2024": 1}


def test_values_of_one_facet_are_alternatives(engine):
    page = ask(engine, "jardin", filters={"theme": ["egalite", "education"]})
    assert page.total == 2


@pytest.mark.parametrize("facet", ["type", "theme", "territory", "year", "kind"])
def test_every_count_is_what_choosing_the_value_gives(engine, facet):
    everything = ask(engine, "")
    assert everything.total == 4
    for value, count in everything.facets[facet].items():
        assert ask(engine, "", filters={facet: [value]}).total == count


def test_results_are_sorted_by_date_on_demand(engine):
    assert keys(ask(engine, "jardin", sort="date")) == ["2", "1"]


def test_pages_of_results_follow_each_other_without_overlap(engine):
    seen = [key for start in (0, 2) for key in keys(ask(engine, "", offset=start, limit=2))]
    assert sorted(seen) == ["1", "2", "3", "3#item-a"]


def test_hidden_pages_are_neither_shown_nor_counted(engine):
    page = ask(engine, "jardin", hidden=frozenset([2]))
    assert keys(page) == ["1"]
    assert page.total == 1
    assert "education" not in page.facets["theme"]


def test_words_that_no_document_holds_are_named(engine):
    assert ask(engine, "jardin zorglub").missing == ("zorglub",)


def test_a_hit_carries_what_a_result_shows(engine):
    (hit,) = ask(engine, "candidatures").hits
    assert (hit.page_id, hit.anchor, hit.type, hit.kind) == (3, "item-a", "lettre", "news")
    assert hit.title == "Appel à projets PRE"
    assert hit.text == "Candidatures ouvertes."
    assert hit.score > 0


def test_indexing_replaces_every_document_of_the_page(engine):
    with engine.writing():
        engine.index([Document("3", 3, "Numéro d'avril")])
    assert keys(ask(engine, "candidatures")) == []
    assert keys(ask(engine, "avril")) == ["3"]
    assert engine.page_ids() == {1, 2, 3}


def test_many_small_changes_leave_each_page_once(engine):
    for turn in range(12):
        with engine.writing():
            engine.index([Document("2", 2, f"Version {turn}"), Document("5", 5, "Autre")])
    assert keys(ask(engine, "version")) == ["2"]
    assert ask(engine, "").total == 5
    assert ask(engine, "11").hits[0].title == "Version 11"


def test_deleting_a_page_removes_its_items(engine):
    with engine.writing():
        engine.delete([3])
    assert ask(engine, "").total == 2
    assert ask(engine, "candidatures").missing == ("candidatures",)


def test_a_rebuild_replays_what_changed_meanwhile(engine):
    changes = Changes(frozenset([1, 2]), (Document("2", 2, "Tout neuf"),))
    count = engine.rebuild(DOCUMENTS, latecomers=lambda: changes)
    assert count == 4
    assert engine.page_ids() == {2, 3}
    assert keys(ask(engine, "neuf")) == ["2"]


def test_a_failed_rebuild_leaves_the_index_as_it_was(engine):
    def broken():
        yield DOCUMENTS[0]
        raise RuntimeError("la lecture a échoué")

    with pytest.raises(RuntimeError):
        engine.rebuild(broken())
    assert ask(engine, "").total == 4
    assert not engine.rebuilding()


def test_health_counts_documents_and_pages(engine):
    health = engine.health()
    assert (health.state, health.documents, health.pages) == ("ready", 4, 3)
    assert health.size > 0


def test_the_vocabulary_keeps_the_usual_spelling(engine):
    words = {surface: spelling for surface, spelling, _count in engine.vocabulary()}
    assert words["egalite"] == "égalité"
    assert "sarcelles" in words
