"""House spelling: inclusive forms one way, words not cut. Pure functions."""

import pytest

from pages.house_style import (
    InclusiveForm,
    cut_words,
    harmonise,
    heal,
    in_html,
    inclusive_findings,
    vocabulary,
)

WRITTEN = {
    # What editors type → (one dot, two dots, full stop, parentheses).
    "habitant.e.s": ("habitant·es", "habitant·e·s", "habitant.e.s", "habitant(e)s"),
    "habitant-e-s": ("habitant·es", "habitant·e·s", "habitant.e.s", "habitant(e)s"),
    "habitant(e)s": ("habitant·es", "habitant·e·s", "habitant.e.s", "habitant(e)s"),
    "habitant·es": ("habitant·es", "habitant·e·s", "habitant.e.s", "habitant(e)s"),
    "habitants·es": ("habitant·es", "habitant·e·s", "habitant.e.s", "habitant(e)s"),
    "agent·e": ("agent·e", "agent·e", "agent.e", "agent(e)"),
    "chargé-e-s": ("chargé·es", "chargé·e·s", "chargé.e.s", "chargé(e)s"),
    "ami.e.s": ("ami·es", "ami·e·s", "ami.e.s", "ami(e)s"),
    "acteurs·rices": ("acteur·rices", "acteur·rice·s", "acteur.rice.s", "acteur(rice)s"),
    "acteur/rice": ("acteur·rice", "acteur·rice", "acteur.rice", "acteur(rice)"),
    "professionnel-le-s": (
        "professionnel·les", "professionnel·le·s", "professionnel.le.s", "professionnel(le)s",
    ),
    "tous·tes": ("tous·tes", "tous·tes", "tous.tes", "tous(tes)"),
    "régionaux·ales": ("régionaux·ales", "régionaux·ales", "régionaux.ales", "régionaux(ales)"),
}  # fmt: skip
HOUSES = [
    InclusiveForm.ONE_DOT, InclusiveForm.TWO_DOTS, InclusiveForm.PERIOD, InclusiveForm.PARENTHESES,
]  # fmt: skip
LEFT_ALONE = [
    "dit-elle", "appel-le", "donne-la", "porte-t-elle", "Garges-lès-Gonesse", "Val-d'Oise",
    "site.le quartier", "Fin.Les élus", "www.restaurant.es", "agent.e@example.org",
    "https://example.org/habitant-e-s", "droit(s)", "et/ou", "quartier.le", "rendez-vous", "8.5",
    "p.m.", "co-construction", "quelques-unes", "est-elle", "un.e",
]  # fmt: skip


@pytest.mark.parametrize("house", HOUSES)
@pytest.mark.parametrize("written", WRITTEN)
def test_every_form_becomes_the_house_s(written, house):
    expected = WRITTEN[written][HOUSES.index(house)]
    text = f"Les {written}, ici."
    assert harmonise(text, house) == f"Les {expected}, ici."
    assert (inclusive_findings(text, house) == []) is (written == expected)


@pytest.mark.parametrize("house", HOUSES)
@pytest.mark.parametrize("written", WRITTEN)
def test_harmonising_twice_changes_nothing(written, house):
    once = harmonise(written, house)
    assert harmonise(once, house) == once


@pytest.mark.parametrize("house", [*HOUSES, InclusiveForm.DOUBLET])
@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_is_no_inclusive_form_is_left_alone(text, house):
    assert inclusive_findings(text, house) == []
    assert harmonise(text, house) == text


def test_a_house_of_doublets_points_without_rewriting():
    text = "Les habitant·es et les élu.e.s."
    found = inclusive_findings(text, InclusiveForm.DOUBLET)
    assert [(finding.found, finding.suggestion) for finding in found] == [
        ("habitant·es", ""),
        ("élu.e.s", ""),
    ]
    assert harmonise(text, InclusiveForm.DOUBLET) == text


def test_a_free_house_sees_nothing():
    assert inclusive_findings("habitant.e.s et habitant·es", InclusiveForm.FREE) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("une démarche potentielle-ment longue", "une démarche potentiellement longue"),
        ("le dévelop- pement local", "le développement local"),
        ("la mobili-\nsation", "la mobilisation"),
        ("le loge\u00adment", "le logement"),
        ("la non- violence", "la non-violence"),
        ("Les intercommuna-lités", "Les intercommunalités"),
    ],
)
def test_a_word_cut_by_a_line_end_is_joined(text, expected):
    assert len(cut_words(text)) == 1
    assert heal(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "une co-construction", "des rendez-vous", "dix-sept", "mi- et pluriannuel",
        "court- ou moyen-terme", "Cergy-Pontoise", "Cergy- Pontoise", "habitant-e-s", "vis-à-vis",
        "https://example.org/potentielle-ment", "lieu - horaire",
    ],
)  # fmt: skip
def test_a_true_compound_keeps_its_hyphen(text):
    assert cut_words(text) == []


def test_the_page_is_its_own_dictionary():
    text = "Les habi-tants et les partici-pants, avec des habitants."
    known = vocabulary([text])
    assert [finding.suggestion for finding in cut_words(text, known)] == ["habitants"]


def test_tags_and_addresses_of_links_are_left_alone():
    html = '<p><a href="/habitant.e.s/">Les habitant.e.s</a><b title="élu.e.s">x</b></p>'
    changed = in_html(html, lambda text: harmonise(text, InclusiveForm.ONE_DOT))
    assert changed == '<p><a href="/habitant.e.s/">Les habitant·es</a><b title="élu.e.s">x</b></p>'
