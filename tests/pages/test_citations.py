"""RIS, BibTeX, CSL-JSON and meta tags survive accents, bodies, months and hostile text."""

import json

import pytest

from pages.citations import Citation, Name, meta_tags, render

FULL = Citation(
    title="Aller vers les habitant·es : 50 % d'écoute & d'élan",
    kind="Étude",
    url="https://exemple.example.org/publications/aller-vers/",
    publisher="Centre de ressources",
    authors=(Name("Diallo", "Awa"), Name("N'Guyen", "Loïc"), Name("Agence, ville", is_body=True)),
    contributions=(("Financement", Name("Région", is_body=True)),),
    year=2024,
    month=11,
    collection="Les Cahiers",
    number="12",
    pages=48,
    abstract="Première ligne.\nER  - Deuxième ligne.",
    keywords=("Santé", "Jeunesse"),
)


def lines(citation):
    return render([citation], "ris").split("\r\n")


def test_ris_names_a_report_with_its_kind_series_number_and_month():
    found = lines(FULL)
    for line in (
        "TY  - RPRT",
        "TI  - Aller vers les habitant·es : 50 % d'écoute & d'élan",
        "AU  - Diallo, Awa",
        "AU  - N'Guyen, Loïc",
        "M3  - Étude",
        "T2  - Les Cahiers",
        "SN  - 12",
        "SP  - 48",
        "PY  - 2024",
        "DA  - 2024/11//",
        "N1  - Financement : Région",
    ):
        assert line in found
    assert found[0] == "TY  - RPRT"
    assert found[-3:] == ["ER  - ", "", ""]


def test_ris_keeps_the_name_of_a_body_whole_and_a_text_on_its_line():
    found = lines(FULL)
    assert "AU  - Agence – ville" in found
    assert sum(line.startswith("ER") for line in found) == 1


def test_bibtex_escapes_what_tex_would_execute_and_keeps_accents():
    text = render([FULL], "bib")
    assert text.startswith("@techreport{diallo2024aller,")
    assert r"title = {{Aller vers les habitant·es : 50 \% d'écoute \& d'élan}}" in text
    assert "author = {Diallo, Awa and N'Guyen, Loïc and {Agence, ville}}" in text
    assert "month = nov," in text
    assert "note = {Financement : Région}" in text


@pytest.mark.parametrize("hostile", ["}\n@comment{", r"\input{/etc/passwd}", "a_b$c^d~e#f"])
def test_bibtex_braces_stay_balanced_whatever_the_title(hostile):
    text = render([Citation(title=hostile, kind="Note", url="", publisher="Centre")], "bib")
    bare = text.replace(r"\{", "").replace(r"\}", "").replace(r"\textbackslash{}", "")
    assert bare.count("{") == bare.count("}")
    assert r"\input" not in text
    assert len([line for line in text.splitlines() if line.startswith("@")]) == 1


def test_csl_gives_date_parts_literal_bodies_and_plain_types():
    (item,) = json.loads(render([FULL], "json"))
    assert item["type"] == "report"
    assert item["issued"] == {"date-parts": [[2024, 11]]}
    assert item["author"][0] == {"family": "Diallo", "given": "Awa"}
    assert item["author"][2] == {"literal": "Agence, ville"}
    assert item["number-of-pages"] == 48


def test_without_author_the_publisher_signs():
    bare = Citation(title="Repères", kind="Note", url="", publisher="Centre", year=2020)
    assert "AU  - Centre" in lines(bare)
    assert "author = {{Centre}}" in render([bare], "bib")
    assert json.loads(render([bare], "json"))[0]["issued"] == {"date-parts": [[2020]]}


def test_meta_tags_hold_highwire_and_dublin_core_and_nothing_empty():
    found = meta_tags(FULL)
    assert ("citation_publication_date", "2024/11") in found
    assert ("citation_author", "Diallo, Awa") in found
    assert ("DC.date", "2024-11") in found
    assert ("DC.contributor", "Région") in found
    assert all(content for _name, content in found)
    assert not [name for name, _content in found if name == "citation_pdf_url"]
