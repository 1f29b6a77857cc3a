"""A printed collection of experience sheets becomes values and doubts, never guesses."""

from pathlib import Path

import pytest

from pages.imports.recueil import Quote, RecueilError, parse
from pages.imports.text import read_text

REAL = Path(__file__).resolve().parents[2].parent / "shared/seeds/001_282648bd81d08659.txt"

COVER = """
RECUEIL DES FICHES EXPÉRIENCES

2031

SOMMAIRE

Les articles réalisés cette année 2031 par Paule Exemplier, Rémi Tanguy-Faux et Lou Inventé -
sont réunis ici.

UN JARDIN PARTAGÉ, MOTEUR DE LIEN, ASSOCIATION GRAINES, BOURG-EXEMPLE - JANVIER/FÉVRIER P.6

APPRENDRE À NAGER, VILLE DE VALFICTIF - MARS P.8

Contributions : **Paule Exemplier, Rémi Tanguy-Fau, Lou Inventé**
"""

STANDFIRST = "À Bourg-Exemple, l'association cultive depuis 2029 un jardin ouvert aux habitant·es."

FOOTER = """Centre Exemple - 3 Rue des Lilas - 99100 Bourg-Exemple
- contact@example.org - www.example.org"""


def sheet(
    body="Un texte de la fiche, assez simple.",
    title="UN JARDIN PARTAGÉ, MOTEUR DE LIEN",
    label="Bourg-Exemple",
    contact="- Contact : Ana Modèle, directrice, Graines : ana@example.org",
):
    """Return one printed sheet."""
    return f"{label}\n\n{title}\n\n{STANDFIRST}\n\n{body}\n\nCONTACT :\n\n{contact}\n\n{FOOTER}\n"


def only(text, cover=COVER):
    (found,) = parse(f"{cover}\n\n{text}").sheets
    return found


def messages(doubts, field):
    return [doubt.message for doubt in doubts if doubt.field == field]


def quotes(found):
    return [part for block in found.body for part in block.content if isinstance(part, Quote)]


def test_a_sheet_has_its_title_territory_holder_months_and_contact():
    found = only(sheet())
    assert found.territory_label == "Bourg-Exemple"
    assert found.holder == "Association Graines"
    assert (found.months, found.year) == ((1, 2), 2031)
    assert found.standfirst == STANDFIRST
    assert found.short_title == ""
    assert "Rue des Lilas" not in repr(found)
    contact = found.contacts[0]
    assert (contact.name, contact.role, contact.organisation, contact.email) == (
        "Ana Modèle",
        "directrice",
        "Graines",
        "ana@example.org",
    )


def test_the_holder_keeps_its_territory_when_it_names_nothing_else():
    found = only(sheet(title="APPRENDRE À NAGER", label="📍 Valfictif"))
    assert (found.territory_label, found.holder) == ("Valfictif", "Ville de Valfictif")
    assert found.months == (3,)


def test_titles_take_the_case_of_the_document_and_unknown_words_are_flagged():
    body = "Le CCAS porte un jardin, soutenu par la Cité éducative et par le moteur de lien."
    found = only(sheet(body, "UN JARDIN PARTAGÉ DU CCAS À BOURG-EXEMPLE, DANS LA CITÉ ÉDUCATIVE"))
    assert found.title == "Un jardin partagé du CCAS à Bourg-Exemple, dans la Cité éducative"
    assert "Majuscule ou minuscule à vérifier : partagé." in messages(found.doubts, "title")


def test_a_contents_title_that_differs_is_offered_as_short_title():
    found = only(sheet(title="UN JARDIN PARTAGÉ, VRAI MOTEUR DE LIEN SOCIAL"))
    assert found.title == "Un jardin partagé, vrai moteur de lien social"
    assert found.short_title == "Un jardin partagé, moteur de lien"
    assert any("Titre différent" in text for text in messages(found.doubts, "title"))


def test_headings_are_short_lines_without_full_stop_and_inclusive_forms_stay():
    body = (
        "Créer du lien\n\nLes habitant-es et les acteur·rices se retrouvent contin-\n\n"
        "uellement.\n\nEt après ?\n\nLa suite s'écrit."
    )
    assert [(block.kind, block.content) for block in only(sheet(body)).body] == [
        ("heading", ("Créer du lien",)),
        ("paragraph", ("Les habitant-es et les acteur·rices se retrouvent continuellement.",)),
        ("heading", ("Et après ?",)),
        ("paragraph", ("La suite s'écrit.",)),
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("On aide. *Nous avons tout semé*, explique Ana Modèle.", ["Ana Modèle"]),
        ("*Nous avons tout semé,* précise Ana Modèle, directrice.", ["Ana Modèle"]),
        ("Pour Ana Modèle, directrice, *nous avons tout semé*.", ["Ana Modèle"]),
        ("Ana Modèle, directrice, témoigne : *Nous avons tout semé.*", ["Ana Modèle"]),
        ("*On sème la graine*, poursuit Ana Modèle, *puis on récolte tout*.", ["Ana Modèle"] * 2),
        ("*On sème la graine*, expliquent Ana Modèle et Jo Faux.", ["Ana Modèle et Jo Faux"]),
        ("*Nous avons tout semé*, ajoute-t-elle.", [None]),
        ("*Nous avons tout semé*, note la directrice.", [None]),
        ("*Nous avons tout semé*. Ana Modèle est ravie.", [None]),
        ("*Nous avons tout semé* grâce à Ana Modèle.", [None]),
    ],
)
def test_a_quote_has_a_speaker_only_when_the_text_names_one(body, expected):
    found = only(sheet(body))
    assert [quote.speaker for quote in quotes(found)] == expected
    unsure = [text for text in messages(found.doubts, "body") if "sans locuteur" in text]
    assert len(unsure) == expected.count(None)


def test_the_parts_of_a_paragraph_give_back_its_text():
    found = only(sheet("On aide. *Tout a été semé ici,* dit Ana Modèle. Fin."))
    assert found.body[0].content == (
        "On aide. ",
        Quote("Tout a été semé ici", "Ana Modèle"),
        ", dit Ana Modèle. Fin.",
    )


def test_a_quote_cut_by_a_page_goes_on_to_its_attribution():
    found = only(sheet("On aide. *Nous avons semé tout ce*\n\njardin, souligne Ana Modèle. Fin."))
    assert quotes(found) == [Quote("Nous avons semé tout ce jardin", "Ana Modèle")]
    assert any("prolongée" in text for text in messages(found.doubts, "body"))


def test_a_quote_cut_by_a_page_without_attribution_is_left_to_the_editor():
    found = only(sheet("On aide. *Nous avons semé tout ce*\n\njardin fleuri. La ville suit."))
    assert quotes(found) == [Quote("Nous avons semé tout ce", None)]
    assert any("continue peut-être" in text for text in messages(found.doubts, "body"))


def test_a_quote_over_two_paragraphs_is_marked_in_each():
    found = only(sheet("Ici, *on a semé le jardin.\n\nPuis on a récolté*, conclut Ana Modèle."))
    assert [quote.text for quote in quotes(found)] == ["on a semé le jardin.", "Puis on a récolté"]


@pytest.mark.parametrize(
    ("body", "printed", "message"),
    [
        (
            "Un mot* perdu dans la phrase.",
            "Un mot perdu dans la phrase.",
            "Astérisque sans son pair",
        ),
        ("Ils vont, *in fine*, semer.", "Ils vont, in fine, semer.", "Italique sans locuteur"),
        (
            "Pour Ana Modèle, *il faut semer. Ana Modèle le dit souvent*.",
            "Pour Ana Modèle, il faut semer. Ana Modèle le dit souvent.",
            "Italique de 8 mots où Ana Modèle est nommé",
        ),
        (
            "À Valfictif, nous avons semé, explique Ana Modèle.",
            "À Valfictif, nous avons semé, explique Ana Modèle.",
            "Paroles de Ana Modèle sans italique",
        ),
        ("Semer « ici » et là ».", "Semer « ici » et là ».", "Guillemets non appariés"),
    ],
)
def test_italics_that_are_no_sure_quote_stay_text_and_are_flagged(body, printed, message):
    found = only(sheet(body))
    assert found.body[0].content == (printed,)
    assert any(message in text for text in messages(found.doubts, "body"))


@pytest.mark.parametrize(
    ("printed", "expected", "message"),
    [
        ("- Contact : x@example.org@example.org", [("", "")], "Adresse mal formée"),
        ("- Contact : accueil@example.org", [("", "accueil@example.org")], "sans nom de personne"),
        (
            "- Contacts : Ana Modèle, directrice : a@example.org ; Jo Faux, élu : j@example.org;",
            [("Ana Modèle", "a@example.org"), ("Jo Faux", "j@example.org")],
            "",
        ),
        (
            "Ana Modèle, directrice : a@example.org\nJo Faux, élu,\nj@example.org",
            [("Ana Modèle", "a@example.org"), ("Jo Faux", "j@example.org")],
            "",
        ),
        (
            "- Ana Modèle a@example.org et Jo Faux j@example.org, responsables du jardin",
            [("Ana Modèle", "a@example.org"), ("Jo Faux", "j@example.org")],
            "Fonction commune à 2 contacts",
        ),
        (
            "- Ana Modelle Modèle, élue : a@example.org",
            [("Ana Modelle Modèle", "a@example.org")],
            "Modelle ou",
        ),
        (
            "- Anaïs Modèle, élue : anais.modelle@example.org",
            [("Anaïs Modèle", "anais.modelle@example.org")],
            "n’écrit pas",
        ),
        ("- Ana Modèle, élue, 01 23 45 67 89", [("Ana Modèle", "")], "téléphone"),
    ],
)
def test_contacts_of_every_printed_shape(printed, expected, message):
    found = only(sheet(contact=printed))
    assert [(contact.name, contact.email) for contact in found.contacts] == expected
    texts = messages(found.doubts, "contacts")
    assert any(message in text for text in texts) if message else texts == []


def test_a_malformed_address_is_kept_as_printed():
    (contact,) = only(sheet(contact="- Contact : x@example.org@example.org")).contacts
    assert contact.raw == "x@example.org@example.org"


def test_a_credit_goes_to_the_sheet_below_and_is_flagged_when_printed_twice():
    first = "© Graines\n\n" + sheet()
    second = "© Graines\n\n" + sheet(title="APPRENDRE À NAGER", label="Valfictif")
    garden, pool = parse(f"{COVER}\n\n{first}\n\n{second}").sheets
    assert (garden.photo_credit, pool.photo_credit) == ("Graines", "Graines")
    assert messages(garden.doubts, "photo_credit") == []  # it names the holder
    assert messages(pool.doubts, "photo_credit") == ["Le crédit « © Graines » figure sur 2 fiches."]


def test_a_credit_inside_a_sheet_leaves_the_text_and_is_flagged():
    found = only(sheet("Une première phrase.\n\n© Jo Faux\n\nUne seconde phrase."))
    assert found.photo_credit == "Jo Faux"
    assert len(found.body) == 2
    assert any("isolé" in text for text in messages(found.doubts, "photo_credit"))


def test_authors_spelled_two_ways_are_one_and_flagged():
    result = parse(COVER + "\n\n" + sheet())
    assert result.authors == ("Paule Exemplier", "Rémi Tanguy-Faux", "Lou Inventé")
    assert any("Tanguy-Fau »" in text for text in messages(result.doubts, "authors"))


def test_a_contents_line_without_sheet_is_flagged():
    texts = messages(parse(COVER + "\n\n" + sheet()).doubts, "sheets")
    assert texts == [
        "Annoncée au sommaire, sans fiche : « APPRENDRE À NAGER, VILLE DE VALFICTIF »."
    ]


def test_sheets_are_found_without_contents_year_or_imprint():
    cover = "Recueil des fiches expériences"
    second = sheet(title="APPRENDRE À NAGER", label="Valfictif")
    result = parse(f"{cover}\n\n{sheet()}\n\n{second}\n\nZoom sur… nos productions\n\nUn guide.")
    assert [found.territory_label for found in result.sheets] == ["Bourg-Exemple", "Valfictif"]
    assert {doubt.field for doubt in result.doubts} == {"year", "authors", "sheets"}
    assert all((found.months, found.year) == ((), None) for found in result.sheets)
    assert "Un guide." not in repr(result.sheets)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n\nRapport d'activité\n\nUn texte.", "Ligne 3 : « Rapport d'activité » n’annonce pas"),
        ("Recueil des fiches\n\nUn texte sans fiche.", "Ligne 3 : fin du document"),
        ("", "Ligne 1 : .*aucun texte"),
    ],
)
def test_another_document_is_refused_with_its_line(text, message):
    with pytest.raises(RecueilError, match=message):
        parse(text)


def test_lines_wrapped_by_the_extraction_change_nothing():
    body = "On aide les habitant-es du quartier. *Nous avons tout semé*, note Ana Modèle, élue."
    assert only(sheet(body.replace(" ", "\n"))).body == only(sheet(body)).body


@pytest.mark.seeds
@pytest.mark.skipif(not REAL.exists(), reason=f"{REAL.name} is not beside the checkout")
def test_the_real_collection_gives_eight_sheets():
    result = parse(read_text(REAL.read_bytes()))
    assert (result.year, len(result.sheets), len(result.authors)) == (2024, 8, 7)
    months = [(1, 2), (3,), (4,), (5,), (6, 7), (9,), (10,), (11, 12)]
    assert [found.months for found in result.sheets] == months
    assert [len(found.contacts) for found in result.sheets] == [1, 1, 2, 2, 1, 1, 2, 1]
    assert [len(quotes(found)) for found in result.sheets] == [4, 2, 5, 6, 0, 6, 3, 6]
    assert sum(b.kind == "heading" for found in result.sheets for b in found.body) == 21
    assert sum(bool(found.short_title) for found in result.sheets) == 3
    assert sum(bool(found.photo_credit) for found in result.sheets) == 2
    assert all(found.holder and found.territory_label for found in result.sheets)
    assert all(30 <= len(found.standfirst.split()) <= 66 for found in result.sheets)
    assert "39 Rue" not in repr(result)
