"""A printed programme of work becomes axes, actions and doubts, whatever its layout."""

import re

import pytest

from pages.imports.programme import ProgrammeError, all_actions, parse
from pages.imports.text import read_text

LISTED = """ Introduction générale

Le centre Exemple présente son programme de travail.
 Habiter la ville

1. Les loyers : comprendre – groupe de travail
2. Visites de quartiers – visites
sur site

Options d’intervention retenues

Dans le territoire, douze villes ont un contrat.1 Le centre les accompagne depuis plusieurs
années.

Actions

1. Les loyers : comprendre les prix – groupe de travail

Ce groupe réunit les acteurs du logement autour des prix et des parcours, dans la durée, avec

les habitants concernés.


1 Villes du contrat : Bourg-Exemple, Valfictif, Mont-
Modèle.
--------------------------------
Date ou période envisagée : année 2031
Nombre de séances : 3 en 2031 (1 en 2030)
Publics : bailleurs, élus, services des
collectivités
Territoire : département
Partenariats envisagés : agence Exemple
Animation : Centre Exemple Intervenants : non encore déterminé

- Centre Exemple / février 2031 - 5

2. Visites de quartiers – visites sur site

Trois visites seront proposées aux équipes. Objectifs : voir, comparer.
--------------------------------
Date ou période envisagée : 1er semestre 2031
Nombre de séances : 2 jours
Public : élus
Territoire : département
Animation et intervention : Centre Exemple
 Grandir

1. Parents et école - samedi des élu(e)s
2. Comprendre les loyers – groupe de travail
3. Une action oubliée – atelier

Options d’intervention retenues

L’école est au centre de cet axe.

Actions

1. Parents et école - samedi des élu(e)s

Une séance aidera les élus à construire un projet avec les parents.
--------------------------------
Date ou période envisagée : avril 2031
Nombre de séances : 1
Public : élus
Territoire : département
Animation : Centre Exemple

2. Comprendre les loyers – groupe de travail

(Pour une présentation de cette action, voir en page 5).

- Centre Exemple / février 2031 - 7

Publications

Le centre publie les synthèses de ses travaux.

Centre Exemple, février 2031
"""

CODED = """ORIENTATIONS DE TRAVAIL 2031

SOMMAIRE
Accompagner les démarches 5
1.1 Les projets de ville 5
Éducation 9

Introduction

Le centre propose ses orientations aux professionnels du département.

1. Accompagner les démarches
Cet axe réunit les démarches engagées depuis deux ans. Il accompagne les équipes de projet.

1.1 Les projets de ville

A1 – Le groupe des chefs de projet
Format : groupe de pairs
Cible : chefs de projet de ville
Partenaires pressentis : l’État, le Département
Contenus :
- actualité de la ville ;
- échanges sur la participation
des habitants.

A2 – Les débutants : se repérer
Formation, 3 journées
Cibles : nouveaux arrivants
Partenaires / experts pressentis : Institut (??)
Contenus :
Séance 1 : histoire
Séance 2 : institutions

2. Éducation
2.1. Réussite éducative

A10 Le réseau des coordonnateurs
Format : réseau
Cible : coordonnateurs

A8 bis Parents et école : se comprendre
Format : atelier flash
Objectifs : mieux se parler.

MA1 et MA2 – Deux accompagnements
Mission d’accompagnement
Cible : deux villes

Autres activités

1. La lettre du centre
La lettre paraît chaque mois.

2. Le centre de documentation
Le fonds est ouvert à tous.
"""

BY_FORMAT = """Programme d’actions 2029

I. Les réseaux de professionnels

Un réseau réunit des pairs autour de leurs questions de métier.

Le réseau des chefs de projet

Ce réseau réunit les chefs de projet des contrats de ville. Ses séances porteront sur :
1. la commande,
2. la participation.

Le développement dans les quartiers

Les agents se retrouveront à partir de mars pour travailler sur le commerce de proximité.

Objectifs : partager des repères.

II. Les ateliers

La médiation dans l’espace public

Un atelier de trois séances est proposé aux médiateurs et à leurs employeurs, avec les villes.

III. Les interventions à la demande

Le réseau répond aux demandes des villes.
"""


def messages(doubts, field):
    return [doubt.message for doubt in doubts if doubt.field == field]


def shape(programme):
    return [(axis.title, len(all_actions(axis))) for axis in programme.axes]


def test_a_list_taken_up_again_gives_axes_and_actions():
    found = parse(LISTED)
    assert shape(found) == [("Habiter la ville", 2), ("Grandir", 1), ("Publications", 0)]
    assert found.year == 2031
    assert found.introduction == ("Le centre Exemple présente son programme de travail.",)
    assert found.axes[0].options == (
        "Dans le territoire, douze villes ont un contrat.¹ Le centre les accompagne depuis "
        "plusieurs années.",
    )
    assert found.footnotes == ((1, "Villes du contrat : Bourg-Exemple, Valfictif, Mont-Modèle."),)


def test_the_block_under_the_rule_fills_the_fields():
    action = parse(LISTED).axes[0].actions[0]
    assert (action.code, action.title) == ("1", "Les loyers : comprendre les prix")
    assert action.format == "groupe de travail"
    assert action.paragraphs == (
        "Ce groupe réunit les acteurs du logement autour des prix et des parcours, dans la durée, "
        "avec les habitants concernés.",
    )
    assert action.sessions is not None
    assert (action.sessions.minimum, action.sessions.label) == (3, "3 en 2031 (1 en 2030)")
    assert action.audiences == "bailleurs, élus, services des collectivités"
    assert (action.animation, action.speakers) == ("Centre Exemple", "non encore déterminé")
    assert (action.partnerships_label, action.partnerships) == (
        "Partenariats envisagés",
        "agence Exemple",
    )


def test_a_label_inside_the_prose_above_the_rule_stays_prose():
    action = parse(LISTED).axes[0].actions[1]
    assert (action.title, action.format) == ("Visites de quartiers", "visites sur site")
    assert action.objectives == ""
    assert action.paragraphs[0].endswith("Objectifs : voir, comparer.")
    assert (action.animation, action.speakers) == ("Centre Exemple", "Centre Exemple")


def test_a_pointer_is_linked_and_counted_once_under_its_local_title():
    axis = parse(LISTED).axes[1]
    (pointed,) = axis.references
    assert (pointed.title, pointed.format) == ("Comprendre les loyers", "groupe de travail")
    assert (pointed.target_page, pointed.target_action) == (5, (0, 0))
    assert "à confirmer" in messages(axis.doubts, "references")[0]
    assert len(axis.actions) == 1


def test_a_pointer_that_fits_nothing_is_left_to_the_editor():
    text = LISTED.replace("Comprendre les loyers", "Danser au jardin")
    axis = parse(text).axes[1]
    assert axis.references[0].target_action is None
    assert messages(axis.doubts, "references") == ["Renvoi à rattacher : « Danser au jardin »."]


def test_list_and_body_are_compared():
    habiter, grandir, _ = parse(LISTED).axes
    assert "comprendre –" in messages(habiter.actions[0].doubts, "title")[0]
    missing = messages(grandir.doubts, "actions")
    assert missing == [
        "Annoncée dans la liste, absente du corps : « Une action oubliée – atelier »."
    ]
    absent = LISTED.replace("2. Visites de quartiers – visites\nsur site\n", "")
    action = parse(absent).axes[0].actions[1]
    assert "Absente de la liste" in messages(action.doubts, "title")[0]


def without_lists(text):
    return re.sub(r"(?m)^1\. .*\n(?:.+\n)*\n(?=Options)", "", text)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: re.sub(r"(?m)^-{8,}\n", "", text),
        without_lists,
        lambda text: re.sub(r"(?m)^(?:Options|Actions).*\n", "", text),
        lambda text: text.replace("’", "'").replace("–", "-"),
        lambda text: re.sub(r"(?m)^ (?=\S)", "\f", text),
        lambda text: re.sub(r"(?m)^ (?=\S)", "\n", text),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: re.sub(r"(?m)^(\d)\. ", r"\1) ", text),
        lambda text: re.sub(r"(?m)^(\d)\. ", r"Action \1 : ", text),
        lambda text: text.replace("Date ou période envisagée", "Calendrier")
        .replace("Publics :", "Cibles :")
        .replace("Nombre de séances", "NOMBRE DE SÉANCES"),
    ],
    ids=["rules", "lists", "marks", "dashes", "form feeds", "no page cut", "crlf", "1)", "Action 1",
         "labels"],
)  # fmt: skip
def test_another_print_of_the_same_programme_reads_the_same(change):
    usual, other = parse(LISTED), parse(change(LISTED))
    assert shape(other) == shape(usual)
    for left, right in zip(usual.axes, other.axes, strict=True):
        for one, two in zip(left.actions, right.actions, strict=True):
            assert (two.period, two.sessions) == (one.period, one.sessions)
            assert (bool(two.audiences), two.territories) == (bool(one.audiences), one.territories)
            assert (two.animation, two.speakers) == (one.animation, one.speakers)
    assert [len(axis.references) for axis in other.axes] == [0, 1, 0]


def test_codes_sub_axes_and_labels_make_the_second_shape():
    found = parse(CODED)
    assert (found.year, found.title) == (2031, "ORIENTATIONS DE TRAVAIL 2031")
    assert [(axis.code, axis.title) for axis in found.axes] == [
        ("1", "Accompagner les démarches"),
        ("2", "Éducation"),
        ("", "Autres activités"),
    ]
    assert [sub.code for axis in found.axes for sub in axis.subaxes] == ["1.1", "2.1"]
    codes = [action.code for axis in found.axes for action in all_actions(axis)]
    assert codes == ["A1", "A2", "A10", "A8 bis", "MA1 et MA2", "1", "2"]
    assert "Sommaire" not in repr(found)


def test_contents_bare_formats_and_odd_codes_are_read_or_flagged():
    first, second = parse(CODED).axes[0].subaxes[0].actions
    assert (first.format, first.audiences) == ("groupe de pairs", "chefs de projet de ville")
    assert first.contents == (
        "• actualité de la ville ;",
        "• échanges sur la participation des habitants.",
    )
    assert (second.format, second.paragraphs) == ("Formation, 3 journées", ())
    assert second.contents == ("Séance 1 : histoire", "Séance 2 : institutions")
    assert "(?)" in messages(second.doubts, "partnerships")[0]
    late, both = parse(CODED).axes[1].subaxes[0].actions[1:]
    assert messages(late.doubts, "code") == ["Code imprimé après A10 : A8 bis."]
    assert late.objectives == "mieux se parler."
    assert "Plusieurs codes" in messages(both.doubts, "code")[0]
    assert "A3 à A7, A9" in messages(parse(CODED).doubts, "axes")[0]


def test_axes_without_number_are_found_above_their_sub_axes():
    text = re.sub(r"(?m)^[12]\. (?=Acc|Édu)(.*)$", r"\n\1\n", CODED)
    found = parse(text)
    assert [axis.title for axis in found.axes][:2] == ["Accompagner les démarches", "Éducation"]
    assert [len(all_actions(axis)) for axis in found.axes] == [2, 3, 2]


def test_prose_by_format_makes_the_third_shape():
    found = parse(BY_FORMAT)
    assert shape(found) == [
        ("Les réseaux de professionnels", 2),
        ("Les ateliers", 1),
        ("Les interventions à la demande", 0),
    ]
    first, second = found.axes[0].actions
    assert first.paragraphs[0].endswith("1. la commande, 2. la participation.")
    assert second.objectives == "partager des repères."
    assert "Aucune action" in messages(found.axes[2].doubts, "actions")[0]
    assert found.axes[2].options == ("Le réseau répond aux demandes des villes.",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "Ligne 1 : le fichier ne contient aucun texte"),
        (
            "\n\nRapport d’activité 2030\n\nBonjour.",
            "Ligne 3 : « Rapport d’activité 2030 » annonce",
        ),
        ("\nBonjour à tous.", "Ligne 2 : « Bonjour à tous. » n’annonce pas un programme"),
        ("Programme\n\nUne page de texte.", "Ligne 3 : fin du document atteinte"),
    ],
)
def test_another_document_is_refused_at_its_line(text, expected):
    with pytest.raises(ProgrammeError) as refused:
        parse(text)
    assert str(refused.value).startswith(expected)


@pytest.mark.seeds
def test_the_real_programme_gives_its_axes_actions_and_pointers(seeds):
    path = seeds / "002_a3b9d80d5c978b8e.txt"
    if not path.exists():
        pytest.skip(f"{path.name} manque")
    found = parse(read_text(path.read_bytes()))
    assert found.year == 2012
    counts = [len(axis.actions) for axis in found.axes]
    assert counts == [3, 5, 4, 4, 3, 1, 3, 2, 5, 3, 4, 2, 3, 0]
    actions = [action for axis in found.axes for action in axis.actions]
    assert sum(action.period is not None for action in actions) == 34
    assert sum(action.sessions is not None for action in actions) == 34
    assert sum(action.territories == "département" for action in actions) == 30
    assert sum(action.speakers == "non encore déterminé" for action in actions) == 10
    targets = [pointed.target_action for axis in found.axes for pointed in axis.references]
    assert targets == [(0, 0), (1, 0)]
    assert [number for number, _ in found.footnotes] == [1, 2, 3, 4]
    assert sum(len(action.doubts) for action in actions) <= 20
    assert not [doubt for axis in found.axes for doubt in axis.doubts if "absente" in doubt.message]
