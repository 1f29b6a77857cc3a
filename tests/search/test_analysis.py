import re

import pytest

from search import patterns
from search.analysis import analyse, fold, heal_line_breaks, terms
from search.engine import Document
from search.weights import weigh


def spans(text: str) -> list[str]:
    """What each term would highlight, in order, without repeats."""
    return list(dict.fromkeys(text[term.start : term.end] for term in analyse(text)))


def same_phrase(one: str, other: str) -> bool:
    """Whether each position of `one` shares a term with the same position of `other`."""
    first, second = by_position(one), by_position(other)
    return len(first) == len(second) and all(a & b for a, b in zip(first, second, strict=True))


def by_position(text: str) -> list[set[str]]:
    groups: dict[int, set[str]] = {}
    for term in analyse(text):
        groups.setdefault(term.position, set()).add(term.text)
    return [groups[position] for position in sorted(groups)]


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Été À Noël", "ete a noel"),
        ("cœur, Œuvre", "coeur, oeuvre"),
        ("l’élu", "l'elu"),
        ("e\u0301lu", "elu"),
        ("eﬃcace", "efficace"),
        ("par\u00adti", "parti"),
        ("co\u2011construire", "co-construire"),
    ],
)
def test_folding_keeps_what_two_spellings_share(written, folded):
    assert fold(written) == folded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("écrire à claire.martin@ville-neuve.example.org", "claire.martin@ville-neuve.example.org"),
        ("voir https://www.example.org/fiches/12?x=1.", "example.org/fiches/12?x=1"),
        ("sur www.example.org", "example.org"),
        ("sur example.org/agenda aussi", "example.org/agenda"),
        ("le taux de 3,5 %", "3,5"),
        ("un taux de 3.5", "3,5"),
        ("les 1 200 logements", "1200"),
        ("les 12\u202f500,75 euros", "12500,75"),
        ("au 01 34 00 00 10", "0134000010"),
        ("article A8 bis", "a8bis"),
        ("article A8 bis", "a8"),
        ("la mesure MA1", "ma1"),
        ("les C.U.C.S. de 2007", "cucs"),
        ("l'ANRU+ arrive", "anru+"),
        ("l'ANRU+ arrive", "anru"),
        ("le CLS et l'ESS", "cls"),
        ("le CLS et l'ESS", "ess"),
        ("à 10 h p.m.", "pm"),
        ("aujourd'hui", "aujourdhui"),
        ("les prud’hommes", "prudhomm"),
        ("quartiers d'été", "ete"),
        ("quartiers prioritaires2", "prioritair"),
        ("eﬃcace", "efficac"),
        ("co-construction", "coconstruct"),
        ("la COVID-19", "covid19"),
        ("l'an-crage", "ancrag"),
        ("R&D", "rd"),
        ("sûr", "sur"),
    ],
)
def test_a_text_has_the_term(text, expected):
    assert expected in terms(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "le la les de l'",
        "...",
        "\u200b\u200b",
        "\u0301",
        "et/ou",
        "@@@",
        "« – »",
        "d'un·e",
    ],
)
def test_a_text_without_a_kept_word_has_no_term(text):
    assert analyse(text) == []


def test_stop_words_are_kept_on_demand():
    kept = [term.surface for term in analyse("à la une", keep_stop_words=True)]
    assert kept == ["a", "la", "une"]


@pytest.mark.parametrize(
    ("query", "written"),
    [
        ("chargee", "chargée"),
        ("elue", "élue"),
        ("elus", "élu"),
        ("emploi", "les emplois"),
        ("enjeu", "des enjeux"),
        ("bijou", "bijoux"),
        ("social", "sociaux"),
        ("travail", "travaux"),
        ("œuvre", "oeuvres"),
        ("cls", "CLS"),
        ("cucs", "C.U.C.S."),
        ("quartiers", "quartier"),
        ("jusqu'aux écoles", "école"),
        ("1200", "1 200"),
        ("Garges lès Gonesse", "Garges-lès-Gonesse"),
        ("garges les gonesse", "Garges-lès-Gonesse"),
        ("val d'oise", "Val-d’Oise"),
        ("plate forme", "plate-forme"),
        ("agents des quartiers", "agent·es du quartier"),
        ("toutes les agentes", "tou·tes les agent·es"),
        ("réunion des acteurs locaux", "réunions d'acteur · rice · s locaux"),
        ("A8 bis", "l'article A8 bis".removeprefix("l'article ")),
        ("egalite femmes hommes", "égalité femmes-hommes"),
        ("e\u0301lu", "élu"),
    ],
)
def test_two_spellings_are_one_phrase(query, written):
    assert same_phrase(query, written)


@pytest.mark.parametrize(
    ("query", "written"),
    [
        ("plateforme", "plate-forme"),
        ("coconstruction", "co-construction"),
        ("claire", "claire.martin@example.org"),
        ("martin", "claire.martin@example.org"),
        ("agenda", "https://example.org/agenda-2024"),
        ("a8bis", "A8 bis"),
    ],
)
def test_a_part_or_the_joined_form_is_found(query, written):
    assert set(terms(query)) & set(terms(written))


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Les acteur·rices agissent", ["acteur·rices", "agissent"]),
        ("Un acteur · trice · s. En", ["acteur · trice · s"]),
        ("l'élu(e)", ["élu(e)"]),
        ("des élu(e)s, hier", ["élu(e)s", "hier"]),
        ("Val-d'Oise", ["Val", "Oise"]),
        ("les 1 200 lots", ["1 200", "lots"]),
    ],
)
def test_offsets_cover_the_whole_written_form(text, marked):
    assert spans(text) == marked


def test_positions_and_offsets_never_go_back():
    text = "L'élu·e de Garges-lès-Gonesse (A8 bis) écrit à a.b@example.org : 3,5 % d'acteur.rice.s."
    found = analyse(text)
    assert [t.position for t in found] == sorted(t.position for t in found)
    assert all(0 <= t.start < t.end <= len(text) for t in found)
    assert {t.position for t in found} == set(range(found[-1].position + 1))


def test_the_surface_is_the_word_before_stemming():
    assert [(t.text, t.surface) for t in analyse("Réunions")] == [("reunion", "reunions")]


@pytest.mark.parametrize(
    "seed",
    [
        "@",
        "a@",
        "a.b@",
        ".",
        "a.",
        "-",
        "a-",
        "(",
        "a(",
        "a(e)",
        "a·",
        "a · ",
        "1 ",
        "www.",
        "a'",
        "é",
    ],
)
def test_hostile_repetition_stays_within_bounds(seed):
    text = (seed * 20_000)[:20_000]
    found = analyse(text)
    assert len(found) <= len(text) * 2
    assert all(term.end - term.start <= 1_000 for term in found)


@pytest.mark.parametrize(
    ("cut", "healed"),
    [
        ("potentielle-\n\nment", "potentiellement"),
        ("contin-\n\nue", "continue"),
        ("ain-\n\nsi qu'aux", "ainsi qu'aux"),
        ("illus-\r\n  trant", "illustrant"),
        ("servi-\nce", "service"),
        ("PARTICI-\nPATION", "PARTICIPATION"),
        ("par\u00ad\nticiper", "participer"),
        ("grand-\nmère", "grand-mère"),
        ("peut-\nêtre", "peut-être"),
        ("est-\nce", "est-ce"),
        ("prend-\nil", "prend-il"),
        ("Val-\nd'Oise", "Val-d'Oise"),
        ("Garges-lès-\nGonesse", "Garges-lès-Gonesse"),
        ("Garges-\nlès-Gonesse", "Garges-lès-Gonesse"),
        ("vis-\nà-vis", "vis-à-vis"),
        ("2015-\n2020", "2015-2020"),
        ("socio-\néconomique", "socio-économique"),
        ("habitant et habitant-\nes", "habitant et habitant-es"),
        ("théâtre et débat : théâtre-\ndébat", "théâtre et débat : théâtre-débat"),
        ("milieu, lieu, mi-\nlieu", "milieu, lieu, milieu"),
        ("un point -\nautre point", "un point -\nautre point"),
        ("- premier\n- second", "- premier\n- second"),
        ("a.b@ville-\nneuve.example.org", "a.b@ville-neuve.example.org"),
    ],
)
def test_line_break_hyphens_are_healed_and_compounds_kept(cut, healed):
    assert heal_line_breaks(cut) == healed


ODD = [
    "acteur · trice d'un lieu", "élu (e) de la ville", "voir www.ville.fr et contact@example.org",
    "secteur A8 bis ouvert", "le 01 34 43 50 10 ou le 12 000", "ANRU+ et PRE", "bien-être des gens",
    "chargé.e.s de mission", "un\u00adti de\u0301ja vu", "aujourd'hui l’école",
    "straße ÉCOLE École",
]  # fmt: skip


@pytest.mark.parametrize("text", [*ODD, " ".join(ODD), "\n".join(ODD)])
def test_the_shortcut_for_plain_words_cuts_as_the_whole_pattern_does(text):
    whole = re.compile(patterns.TOKEN.pattern.removeprefix(patterns._PLAINEST + "|"))
    assert whole.pattern != patterns.TOKEN.pattern
    for start in range(len(text)):
        assert patterns.TOKEN.findall(text[start:]) == whole.findall(text[start:])


@pytest.mark.parametrize("text", ODD)
def test_a_document_holds_the_terms_of_its_text_at_their_positions(text):
    made = weigh(Document("1", 1, "", body=text))
    held = {(term, place) for term, places in made.positions.items() for place in places}
    expected = {(term.text, term.position) for term in analyse(text)}
    assert {pair for pair in held if not pair[0].startswith("=")} == expected
    assert all(place in {p for _term, p in expected} for _term, place in held)
    assert made.surfaces.keys() <= {term.surface for term in analyse(text)}
