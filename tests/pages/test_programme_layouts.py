"""Programmes of other centres: other numbers, other labels, other page furniture."""

import random
from pathlib import Path

import pytest

from pages.imports.programme import ProgrammeError, all_actions, count_axes, parse
from pages.imports.programme_drafts import doubts_of, references_of
from pages.imports.text import read_text

LAYOUTS = Path(__file__).parent / "programmes"
NAMES = (
    "axes_and_cards",
    "roman_axes_and_bullets",
    "orientations",
    "capitals_and_running_heads",
    "lettered_axes",
    "flattened_tables",
)


def raw(name):
    return (LAYOUTS / f"{name}.txt").read_bytes()


def layout(name):
    return parse(read_text(raw(name)))


def actions_of(programme):
    return [action for axis in programme.axes for action in all_actions(axis)]


@pytest.mark.parametrize(
    ("name", "year", "axes", "codes"),
    [
        ("axes_and_cards", 2031, ["1", "2", "3"], ["1", "2", "3", "4", "6"]),
        ("roman_axes_and_bullets", 2030, ["I", "II", "III"],
         ["B-1", "B-2", "B-3", "B-4", "B-6", "B-7"]),
        ("orientations", 2032, ["1", "2"], ["1.1", "1.2", "2.1", "2.2"]),
        ("capitals_and_running_heads", 2033, ["1", "2", "3"], ["1.1", "1.2", "2.1", "3.1"]),
        ("lettered_axes", 2034, ["A", "B", "C"], ["1", "2", "3", "4", "5"]),
        ("flattened_tables", 2035, ["A", "B"], ["1", "2", "3", "4"]),
    ],
)  # fmt: skip
def test_each_layout_gives_its_axes_and_actions(name, year, axes, codes):
    found = layout(name)
    assert found.year == year
    assert [axis.code for axis in found.axes] == axes
    assert [action.code for action in actions_of(found)] == codes
    assert count_axes(found) == len(axes)


def test_labels_without_accents_capitals_and_running_heads_are_read():
    found = layout("capitals_and_running_heads")
    works, outside, families, _board = actions_of(found)
    assert works.audiences == "gardiens, locataires, chargés d'opération"
    assert (works.sessions.minimum, works.sessions.maximum) == (3, 3)
    assert outside.title == "LA GESTION DES ESPACES EXTERIEURS"
    assert "".join(outside.paragraphs).endswith("trois quartiers et redige une note commune.")
    assert families.period.label == "de mars a juin 2033"
    (pointed,) = references_of(found)
    assert (pointed.code, pointed.target_code) == ("2.2", "1.1")


def test_the_initial_of_a_name_is_no_axis():
    axes = layout("lettered_axes").axes
    (told,) = axes[1].options
    assert told.endswith("A. Dupré, statisticienne, les présente.")
    (pointed,) = axes[2].references
    assert pointed.target_action == (1, 0)


def test_the_cells_of_a_flattened_table_fill_the_fields_their_columns_name():
    cafe, guide, plan, _noise = actions_of(layout("flattened_tables"))
    assert (cafe.title, cafe.audiences) == ("Un café des voisins", "locataires, gardiens")
    assert (cafe.period.label, cafe.sessions.minimum) == ("mars à mai 2035", 6)
    assert cafe.other == (("Coût", "gratuit"),)
    assert (guide.sessions.minimum, guide.sessions.maximum) == (2, 3)
    assert plan.title == "Lire un plan de quartier"


def test_what_a_table_does_not_settle_is_a_doubt_and_stays_in_the_draft():
    found = layout("flattened_tables")
    doubts = [(doubt.line, doubt.message.split(" : ")[0]) for doubt in doubts_of(found)]
    assert doubts[1:] == [
        (17, "Fin d’une cellule de tableau, à remettre à sa place"),
        (18, "Ligne de tableau sans titre ou sans numéro, à séparer"),
        (18, "Ligne de tableau aux cellules en trop"),
        (20, "Tableau aplati, dont les colonnes ne sont pas reconnues"),
    ]
    last = actions_of(found)[-1]
    assert ("Coût", "15 euros et leurs voisins") in last.other
    kept = " ".join([*last.paragraphs, *(value for _, value in last.other)])
    for words in ("Un cinquième rang", "une cellule de trop", "Département 18 000 60 %"):
        assert words in kept


def test_sub_axes_hold_the_bulleted_actions():
    housing, culture, steering = layout("roman_axes_and_bullets").axes
    assert [(sub.code, sub.title) for sub in housing.subaxes] == [
        ("1.1", "Rénover avec les habitants"),
        ("1.2", "Se déplacer"),
    ]
    assert [len(sub.actions) for sub in culture.subaxes] == [1, 1]
    assert [action.title for action in steering.actions] == ["Le comité des partenaires"]


@pytest.mark.parametrize(
    ("name", "title", "values"),
    [
        ("axes_and_cards", "Se repérer dans le contrat", {
            "audiences": "agents nouvellement nommés", "speakers": "à préciser",
            "objectives": "donner des repères communs ; faire connaître les ressources.",
            "other": (("Lieu", "Maison des associations, Bourg-Exemple"),)}),
        ("roman_axes_and_bullets", "Marcher dans le quartier", {
            "format": "visites", "audiences": "élus et services", "other": ()}),
        ("roman_axes_and_bullets", "Un festival à plusieurs", {
            "partnerships": "théâtre municipal, collège"}),
        ("orientations", "Cuisiner ensemble", {
            "format": "Atelier", "audiences": "familles",
            "objectives": "partager des recettes simples et peu coûteuses."}),
        ("orientations", "Prendre soin de celles et ceux qui accompagnent", {
            "speakers": "une psychologue, un formateur"}),
    ],
)  # fmt: skip
def test_other_labels_fill_the_same_fields(name, title, values):
    action = next(action for action in actions_of(layout(name)) if action.title == title)
    assert {field: getattr(action, field) for field in values} == values


@pytest.mark.parametrize(
    ("name", "local_title", "axis", "target"),
    [
        ("axes_and_cards", "Évaluer les parcours", 1, "Évaluer sans s’épuiser"),
        ("roman_axes_and_bullets", "Marcher et se souvenir", 1, "Marcher dans le quartier"),
        ("orientations", "Prendre soin des équipes", 0,
         "Prendre soin de celles et ceux qui accompagnent"),
    ],
)  # fmt: skip
def test_a_pointer_by_number_or_code_is_linked_without_doubt(name, local_title, axis, target):
    found = layout(name)
    (pointed,) = references_of(found)
    assert pointed.title == local_title
    place = pointed.target_action
    assert place is not None
    assert all_actions(found.axes[place[0]])[place[1]].title == target
    assert not [doubt for doubt in doubts_of(found) if doubt.field == "references"]


def test_a_pointer_to_a_number_that_starts_again_is_settled_by_its_axis():
    text = read_text(raw("axes_and_cards")).replace("action n°4", "action n°3")
    found = parse(text)
    (pointed,) = references_of(found)
    assert pointed.target_action == (0, 2)


def test_page_furniture_and_line_ends_leave_no_trace():
    found = layout("axes_and_cards")
    printed = [text for action in actions_of(found) for text in action.paragraphs]
    printed += [text for axis in found.axes for text in axis.options]
    assert found.title == "Centre Exemple – Plan d’actions 2031"
    assert not [text for text in printed if "Plan d’actions" in text or "rue des Lilas" in text]
    assert found.axes[0].options[0].endswith("celles qui veulent en changer.")
    assert "leurs coordinations" in layout("orientations").axes[0].options[0]


def test_what_a_card_lacks_is_a_named_doubt_and_what_it_has_is_kept():
    text = read_text(raw("orientations")).replace("Public : familles\r\n", "")
    doubts = doubts_of(parse(text))
    assert ("audiences", "« Public » absent du bloc.") in [(d.field, d.message) for d in doubts]
    found = doubts_of(layout("orientations"))
    assert [(d.field, d.line) for d in found] == [("period", 17)]
    years = doubts_of(layout("roman_axes_and_bullets"))
    assert [d.message for d in years] == ["Plusieurs années dans le titre : 2030, 2031."]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\r\n", "\n"),
        lambda text: text.replace("\r\n", "\n").replace("\n", "\r"),
        lambda text: text.replace("\r\n", "\n").replace("\n", "\r\n"),
        lambda text: text.replace("’", "'"),
        lambda text: text.replace(" :", "\u00a0:"),
        lambda text: text.replace("n°", "n° ").replace("Axe", "AXE").replace("cf.", "voir"),
        lambda text: text + "\n\f\n\n",
    ],
    ids=["lf", "cr", "crlf", "straight apostrophes", "no-break", "capitals", "form feed"],
)
def test_a_layout_reads_the_same_however_it_was_saved(name, change):
    usual, other = layout(name), parse(change(read_text(raw(name))))
    assert [(a.code, len(all_actions(a)), len(a.subaxes)) for a in other.axes] == [
        (a.code, len(all_actions(a)), len(a.subaxes)) for a in usual.axes
    ]
    assert [r.target_action for r in references_of(other)] == [
        r.target_action for r in references_of(usual)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_cut_or_shuffled_file_is_read_or_refused_never_a_crash(name):
    lines = read_text(raw(name)).splitlines()
    chance = random.Random(name)
    damaged = ["\n".join(lines[:stop]) for stop in range(1, len(lines), 5)]
    damaged += ["\n".join(chance.sample(lines, len(lines))) for _ in range(12)]
    read, refused = 0, []
    for text in damaged:
        try:
            found = parse(text)
        except ProgrammeError as error:
            refused.append(str(error))
        else:
            read += 1
            assert all(doubt.line <= len(lines) for doubt in doubts_of(found))
    assert read
    assert all(message.startswith("Ligne ") for message in refused)
