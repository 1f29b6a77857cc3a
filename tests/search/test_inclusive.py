import pytest

from search.analysis import analyse, terms

ACTOR = ("acteur", "actrice", "acteurs", "actrices")


@pytest.mark.parametrize(
    ("form", "queries"),
    [
        ("acteur·rice·s", ACTOR),
        ("acteur·rices", ACTOR),
        ("acteur·trice", ACTOR),
        ("acteur · trice · s", ACTOR),
        ("acteur\u00a0•\u00a0rice", ACTOR),
        ("acteurs · rices", ACTOR),
        ("acteur.rice.s", ACTOR),
        ("acteurs.rice.s", ACTOR),
        ("acteur-ices", ACTOR),
        ("acteur(trice)s", ACTOR),
        ("acteur/trice", ACTOR),
        ("acteur/actrice", ACTOR),
        ("ACTEUR·RICE·S", ACTOR),
        ("Acteur·Rice", ACTOR),
        ("acteurices", ACTOR),
        ("chargé-e-s", ("chargé", "chargée", "chargés", "chargées")),
        ("élu(e)s", ("élu", "élue", "élus", "élues")),
        ("élu (e)s", ("élu", "élue", "élus", "élues")),
        ("sociaux·ales", ("social", "sociale", "sociaux", "sociales")),
        ("porteur·seuses", ("porteur", "porteuse", "porteurs", "porteuses")),
        ("chercheur.e.s", ("chercheur", "chercheure", "chercheuse", "chercheuses")),
        ("conseiller·es", ("conseiller", "conseillère", "conseillers", "conseillères")),
        ("tou·te·s", ("tout", "toute", "tous", "toutes")),
        ("droit(s)", ("droit", "droits")),
        ("niveau(x)", ("niveau", "niveaux")),
    ],
)
def test_a_form_is_found_by_both_genders_and_numbers_at_one_position(form, queries):
    found = analyse(f"des {form} ici")
    assert {(term.position, term.start) for term in found} == {(0, 4)}
    assert [q for q in queries if not {t.text for t in found} & set(terms(q))] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("peut-elle", ["peut"]),
        ("dit-il", ["dit"]),
        ("Montigny-lès-Cormeilles", ["montigny", "cormeil"]),
        ("Villiers-le-Bel", ["villi", "bel"]),
        ("Chanteloup-les-Vignes", ["chanteloup", "vign"]),
        ("sur-les quais", ["quais", "quai"]),
        ("quartier.Le lendemain", ["quarti", "lendemain"]),
        ("habitant.Ne rien", ["habit", "rien"]),
        ("hôtel.les", ["hotel"]),
        ("rappelle-le", ["rappel"]),
        ("loi.e", ["loi", "e"]),
        ("col.le", ["col"]),
        ("sol-le", ["sol"]),
        ("Bel-le", ["bel"]),
        ("p.m.", ["pm"]),
        ("Val-d'Oise", ["val", "ois"]),
        ("femmes-hommes", ["femm", "femmeshomm", "homm", "femmeshomm"]),
        ("Emploi · Logement · Santé", ["emploi", "log", "sant"]),
        ("emploi·logement", ["emploi", "log"]),
        ("index.html", ["index", "html"]),
        ("km/h", ["km", "h"]),
        ("adulte/enfant", ["adult", "enfant"]),
        ("chef-lieu", ["chef", "cheflieu", "lieu", "cheflieu"]),
    ],
)
def test_what_only_looks_inclusive_is_left_alone(text, expected):
    assert terms(text) == expected


def test_a_compound_keeps_its_parts_and_joined_forms_in_both_genders():
    found = set(terms("multi-acteur·rices"))
    assert {"mult", "acteur", "actric", "multiacteur", "multiactric"} <= found


def test_an_unknown_suffix_is_grafted_after_a_middle_dot_only():
    assert "blorgotte" not in terms("blorgot.xotte")
    assert set(terms("blorgoxe")) & set(terms("blorgox·xe"))
