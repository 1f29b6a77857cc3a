"""The demonstration's content is whole, consistent, fictitious and ours."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cms.demo import pictures
from cms.demo.subscribers import ACTOR_SHARES, subscribers

CONTENT = Path(pictures.__file__).parent / "content"
SEEDS = Path(__file__).parents[3] / "shared" / "seeds"
PERIODS = [[1, 2], [3], [4], [5], [6, 7], [9], [10], [11, 12]]
SECTIONS = ["pole", "actualite", "fiche", "ressources"]
SHARED_WORDS = 8  # a run this long is a copied sentence, not a common phrase


def read(name: str) -> Any:
    return json.loads((CONTENT / name).read_text(encoding="utf-8"))


def folder(name: str) -> list[dict[str, Any]]:
    return [read(f"{name}/{path.name}") for path in sorted((CONTENT / name).glob("*.json"))]


SHEETS, ISSUES = folder("experiences"), folder("issues")
TERRITORIES = {row["name"]: row for row in read("territories.json")}
THEMES = {row["code"] for row in read("themes.json")}


def items(issue: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for section in SECTIONS for item in issue["sections"][section]]


ITEMS = [item for issue in ISSUES for item in items(issue)]


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def words(text: str) -> list[str]:
    """« d'agglomération » and « Hauts-de-Seine » are one word each, as a reader counts."""
    plain = re.sub(r"<[^>]*>", " ", text).lower()
    return re.findall(r"[\w·]+(?:[-'’][\w·]+)*", plain)


def body_length(sheet: dict[str, Any]) -> int:
    return len(words(" ".join(text for block in sheet["body"] for text in strings(block))))


def test_there_are_sixteen_sheets_and_twenty_four_issues_eight_a_year() -> None:
    assert len(SHEETS) == 16
    assert Counter(issue["year"] for issue in ISSUES) == {2024: 8, 2025: 8, 2026: 8}


def test_every_year_has_the_same_eight_periods() -> None:
    for year in (2024, 2025, 2026):
        assert [issue["months"] for issue in ISSUES if issue["year"] == year] == PERIODS


def test_the_newest_issue_has_twenty_items_in_four_sections() -> None:
    newest = max(ISSUES, key=lambda issue: (issue["year"], issue["months"]))
    assert list(newest["sections"]) == SECTIONS
    assert all(newest["sections"].values())
    assert len(items(newest)) == 20


def test_the_other_issues_have_eight_to_twelve_items() -> None:
    counts = sorted(len(items(issue)) for issue in ISSUES)[:-1]
    assert min(counts) >= 8
    assert max(counts) <= 12


def test_each_issue_presents_one_experience_and_each_sheet_its_own_issue() -> None:
    assert all(len(issue["sections"]["fiche"]) == 1 for issue in ISSUES)
    chosen = {
        issue["sections"]["fiche"][0]["slug"]: (issue["year"], issue["months"])
        for issue in ISSUES
        if issue["sections"]["fiche"][0]["type"] == "experience"
    }
    assert chosen == {sheet["slug"]: (sheet["year"], sheet["months"]) for sheet in SHEETS}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet["slug"])
def test_a_sheet_is_complete(sheet: dict[str, Any]) -> None:
    assert 30 <= len(sheet["standfirst"].split()) <= 66
    assert body_length(sheet) >= 340
    assert {block["type"] for block in sheet["body"]} == {
        "paragraph",
        "heading",
        "quote",
        "key_figures",
    }
    for field in ("holders", "territories", "themes", "contacts", "authors"):
        assert sheet[field]
    for field in ("title", "short_title", "territory_label", "picture", "credit", "alt"):
        assert sheet[field].strip()


def test_at_least_six_sheets_have_the_length_of_a_printed_page() -> None:
    assert sum(body_length(sheet) >= 850 for sheet in SHEETS) >= 6


def test_names_used_by_the_sheets_are_described() -> None:
    organisations = {(row["name"], row["kind"]) for row in read("organisations.json")}
    people = {row["name"] for row in read("people.json")}
    for sheet in SHEETS:
        assert {(row["name"], row["kind"]) for row in sheet["holders"]} <= organisations
        assert set(sheet["authors"]) <= people
        assert set(sheet["territories"]) <= TERRITORIES.keys()
        assert set(sheet["themes"]) <= THEMES


def test_the_sheets_cover_every_theme_and_every_kind_of_holder() -> None:
    assert {theme for sheet in SHEETS for theme in sheet["themes"]} == THEMES
    kinds = {row["kind"] for row in read("organisations.json")}
    assert {row["kind"] for sheet in SHEETS for row in sheet["holders"]} == kinds


def ancestors(name: str, above: tuple[str, ...] = ()) -> set[str]:
    assert name not in above, f"cycle: {above}"
    parents = TERRITORIES[name]["parents"]
    return {name}.union(*(ancestors(parent, (*above, name)) for parent in parents))


def test_the_territory_graph_has_one_root_and_no_cycle() -> None:
    assert len(TERRITORIES) == len(read("territories.json"))
    for name in TERRITORIES:
        assert "Île-de-France" in ancestors(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Roissy Pays de France", {"Val-d'Oise", "Seine-et-Marne"}),
        ("Argenteuil", {"Boucle Nord de Seine", "Val-d'Oise"}),
        ("Les Grésillons", {"Gennevilliers", "Asnières-sur-Seine"}),
        ("Sarcelles", {"Est Val d'Oise", "Roissy Pays de France", "Val-d'Oise"}),
    ],
)
def test_a_territory_may_have_several_parents(name: str, expected: set[str]) -> None:
    assert set(TERRITORIES[name]["parents"]) == expected


def test_every_town_knows_its_departement_whatever_its_intercommunality() -> None:
    departements = {
        row["code"]: row["name"] for row in TERRITORIES.values() if row["kind"] == "departement"
    }
    towns = [row for row in TERRITORIES.values() if row["kind"] == "commune"]
    assert len({row["code"] for row in towns}) == len(towns) >= 80
    for town in towns:
        assert departements[town["code"][:2]] in town["parents"]


def test_there_are_nine_themes_and_sixty_acronyms_without_duplicate() -> None:
    assert [row["order"] for row in read("themes.json")] == list(range(1, 10))
    acronyms = [row["acronym"] for row in read("glossary.json")]
    assert len(set(acronyms)) == len(acronyms) >= 60


def test_no_item_is_told_twice() -> None:
    short = [item for item in ITEMS if item["type"] in ("news", "resource")]
    assert len(short) > 40
    for field in ("html", "title", "url"):
        values = Counter(item[field] for item in ITEMS if item.get(field))
        assert [value for value, count in values.items() if count > 1] == []


def test_items_are_of_known_types_and_visibilities() -> None:
    assert {item["type"] for item in ITEMS} == {
        "text",
        "news",
        "experience",
        "resource",
        "press",
        "zoom",
        "image",
    }
    assert {item.get("visibility", "both") for item in ITEMS} == {"both", "web", "mail"}


def test_links_and_addresses_lead_nowhere() -> None:
    every = [SHEETS, ISSUES, read("people.json")]
    for text in strings(every):
        assert re.findall(r"[\w.+-]+@(?!example\.org\b)[\w.-]+", text) == []
        assert re.findall(r"https?://(?!www\.example\.org/)\S+", text) == []


def test_the_inclusive_form_has_one_middle_dot_and_is_used() -> None:
    text = " ".join(strings([SHEETS, ISSUES]))
    assert len(re.findall(r"\w·\w", text)) > 60
    assert re.findall(r"\w+·\w+·\w+", text) == []
    assert re.findall(r"\w+(?:\.e\.s|-e-s|\(e\)s)\b", text) == []


def test_pictures_are_deterministic_and_distinct() -> None:
    keys = [sheet["picture"] for sheet in SHEETS]
    keys += [item["picture"] for item in ITEMS if item["type"] == "image"]
    drawn = {pictures.draw(key, (240, 150)) for key in keys}
    assert len(drawn) == len(keys)
    assert pictures.draw(keys[0], (240, 150)) in drawn


@pytest.mark.parametrize("composition", pictures.COMPOSITIONS)
def test_a_picture_has_the_size_asked(composition: str) -> None:
    with Image.open(BytesIO(pictures.draw(f"{composition}-essai", (320, 200)))) as image:
        assert (image.format, image.size) == ("JPEG", (320, 200))


def test_an_unknown_composition_is_refused() -> None:
    with pytest.raises(KeyError):
        pictures.draw("licorne-1")


def test_the_logo_is_transparent() -> None:
    with Image.open(BytesIO(pictures.draw_logo())) as logo:
        assert (logo.format, logo.mode) == ("PNG", "RGBA")
        assert logo.getpixel((0, 0))[3] == 0


def test_subscribers_are_unique_and_known_to_the_vocabularies() -> None:
    people = list(subscribers(4000))
    assert len({person["email"] for person in people}) == 4000
    assert all(re.fullmatch(r"[a-z0-9.-]+@example\.org", person["email"]) for person in people)
    assert {person["actor_type"] for person in people} == ACTOR_SHARES.keys()
    assert {person["territory"] for person in people} <= TERRITORIES.keys()
    assert {theme for person in people for theme in person["themes"]} == THEMES
    assert {len(person["themes"]) for person in people} == {1, 2, 3}


def test_the_bodies_of_subscribers_are_named_in_french() -> None:
    bodies = {person["organisation"] for person in subscribers(4000)}
    assert {"CCAS d'Enghien-les-Bains", "Ville des Mureaux", "Ville de Houilles"} <= bodies
    assert not [one for one in bodies if re.search(r"\bde ([AEÉIOUY]|Les? )", one)]


def test_subscribers_have_troublesome_names() -> None:
    names = [person["last_name"] for person in subscribers(1000)]
    assert "" in names
    assert any("'" in name for name in names)
    assert any("-" in name for name in names)
    assert max(map(len, names)) > 40


def test_the_same_people_come_first_whatever_the_count() -> None:
    assert list(subscribers(5)) == list(islice(subscribers(5000), 5))


@pytest.mark.seeds
@pytest.mark.skipif(not SEEDS.is_dir(), reason="the real documents are not beside this checkout")
def test_no_sentence_is_shared_with_the_real_documents() -> None:
    def runs(text: str) -> set[tuple[str, ...]]:
        found = words(text)
        return {tuple(found[at : at + SHARED_WORDS]) for at in range(len(found) - SHARED_WORDS + 1)}

    real = " ".join(path.read_text(encoding="utf-8") for path in SEEDS.glob("*.txt"))
    ours = set[tuple[str, ...]]().union(*(runs(text) for text in strings([SHEETS, ISSUES])))
    assert runs(real) & ours == set()
