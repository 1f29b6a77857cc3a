"""The printed letter: tagged, whole, in reading order, and literal whatever a title holds."""

from io import BytesIO

import pytest
from PIL import Image

from newsletters.editions.print import Logo, print_findings, render
from newsletters.letter import EditionError, Item, Kind, Picture, Section, Visibility
from tests import pdf
from tests.newsletters.letters import letter_of, news

PROSE = "<p>" + "Les habitant·es décident ensemble de la suite du projet. " * 12 + "</p>"


def picture_bytes(kind: str = "JPEG") -> bytes:
    stream = BytesIO()
    Image.new("RGB", (600, 300), "#cfe3e2").save(stream, kind)
    return stream.getvalue()


def four_sections(**fields):
    sections = tuple(
        Section(f"s{n}", n, title, "", (news(f"Nouvelle {n}", html=PROSE),))
        for n, title in enumerate(["Le Pôle", "Actualité", "Fiche expérience", "Ressources"], 1)
    )
    return letter_of(sections=sections, **fields)


def test_four_sections_make_four_pages_each_named():
    printed = render(four_sections())
    assert printed.pages == len(pdf.reader(printed.pdf).pages) == 4
    assert [(s.key, s.first, s.last) for s in printed.sections] == [
        ("s1", 1, 1), ("s2", 2, 2), ("s3", 3, 3), ("s4", 4, 4),
    ]  # fmt: skip
    for number, text in enumerate(pdf.texts(printed.pdf), start=1):
        assert f"page {number}" in text
    assert print_findings(printed) == []


def test_it_declares_itself_a_tagged_french_titled_pdf_ua():
    document = pdf.reader(render(four_sections()).pdf)
    root = document.trailer["/Root"]
    assert root["/Lang"].startswith("fr")
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"] == True  # noqa: E712
    assert root["/StructTreeRoot"]["/K"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert document.metadata.title == "Résonances\u00a0– mars 2026"
    assert "<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data().decode()


def test_headings_follow_one_another_without_a_gap():
    levels = [int(r[2:]) for r in pdf.roles(render(four_sections()).pdf) if r[:2] == "/H"]
    assert levels == [1, *[2, 3] * 4]


def test_text_is_extracted_in_reading_order_across_columns():
    items = [news(f"Titre {name}", html=PROSE) for name in ("alpha", "bravo", "charlie", "delta")]
    (text, *_rest) = pdf.texts(render(letter_of(*items)).pdf)
    places = [text.index(f"Titre {name}") for name in ("alpha", "bravo", "charlie", "delta")]
    assert places == sorted(places)
    assert text.count("Les habitant·es décident ensemble de la suite du projet.") == 48


def test_the_same_letter_gives_the_same_bytes():
    assert render(four_sections()).pdf == render(four_sections()).pdf


@pytest.mark.parametrize(
    "title",
    [
        "#evil[*x*]",
        "$x$ et _y_",
        "<lab> @ref",
        '"droites" et « françaises »',
        "\\ #import \"x\"",
        "// pas un commentaire */",
        "= Titre",
        "{{ letter }} %%unsubscribe_url%%",
        "שלום",
    ],
)  # fmt: skip
def test_a_hostile_title_is_printed_literally(title):
    printed = render(letter_of(news(title)))
    shown = pdf.whole(title)
    (text, *_rest) = pdf.texts(printed.pdf)
    assert shown in text or shown[::-1] in text
    assert printed.replaced == ()


@pytest.mark.parametrize(
    ("title", "shown", "replaced"),
    [
        ("Un jardin 🌱 partagé", "Un jardin □ partagé", "🌱"),
        ("Accueil 中文", "Accueil □□", "中"),
    ],
)
def test_what_no_font_draws_is_shown_as_a_square_and_reported(title, shown, replaced):
    printed = render(letter_of(news(title)))
    assert shown in pdf.texts(printed.pdf)[0]
    assert replaced in printed.replaced
    (finding,) = print_findings(printed)
    assert finding.code == "print-characters"
    assert replaced in finding.what


def test_a_text_in_characters_unknown_to_the_fonts_is_refused_in_french():
    title = "".join(chr(0x4E00 + n) for n in range(80))
    with pytest.raises(EditionError, match="n'existent pas dans les polices d'impression"):
        render(letter_of(news(title)))


def test_a_nul_character_vanishes_and_300_characters_stay():
    long = " ".join(f"mot{n:03d}" for n in range(43))
    (text, *_rest) = pdf.texts(render(letter_of(news(f"a\x00b {long}"))).pdf)
    assert f"ab {long}" in text


def test_what_does_not_fit_flows_onto_another_page_and_is_reported():
    items = [news(f"Nouvelle {n}", html=PROSE) for n in range(14)]
    printed = render(letter_of(*items))
    assert [s.pages > 1 for s in printed.sections] == [True]
    everything = " ".join(pdf.texts(printed.pdf))
    assert everything.count("habitant·es") == 14 * 12
    finding = print_findings(printed)[0]
    assert (finding.code, finding.section) == ("print-overflow", "pole")
    assert "elle occupe" in finding.what


def test_a_single_text_taller_than_a_page_is_not_cut_either():
    printed = render(letter_of(news("Longue", html=PROSE * 30)))
    everything = " ".join(pdf.texts(printed.pdf))
    # Not the whole sentence: one runs over the foot of a page.
    assert everything.count("habitant·es") == 30 * 12


def test_pictures_carry_their_alternative_and_credit_and_the_decorative_ones_none():
    shown = Picture("u", 600, 300, "Un jardin", "© Atelier", file="jardin.jpg")
    decor = Picture("u", 600, 300, "", "", file="decor.png")
    letter = letter_of(Item(Kind.IMAGE, "a", picture=shown), Item(Kind.IMAGE, "b", picture=decor))
    files = {"jardin.jpg": picture_bytes(), "decor.png": picture_bytes("PNG")}
    printed = render(letter, files=files).pdf
    assert "Un jardin" in pdf.alternatives(printed)
    assert "" not in pdf.alternatives(printed)
    assert "© Atelier" in pdf.texts(printed)[0]
    assert sum(len(page.images) for page in pdf.reader(printed).pages) == 2


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "n'a pas été fournie"),
        ({"jardin.jpg": b"pas une image"}, "image n'a pas pu être imprimée"),
    ],
)
def test_a_picture_that_cannot_be_printed_is_refused_in_french(files, message):
    shown = Picture("u", 600, 300, "Un jardin", file="jardin.jpg")
    with pytest.raises(EditionError, match=message):
        render(letter_of(Item(Kind.IMAGE, "a", picture=shown)), files=files)


def test_items_of_the_site_alone_are_not_printed():
    letter = letter_of(news("Visible"), news("Site seulement", visibility=Visibility.WEB))
    text = " ".join(pdf.texts(render(letter).pdf))
    assert "Visible" in text
    assert "Site seulement" not in text


def test_the_colophon_names_who_pays_and_leads_back_to_the_site():
    printed = render(
        four_sections(co_producers=("Centre voisin",)),
        funders=[Logo("Région imaginaire", "logo.png"), Logo("Ville-Exemple")],
        files={"logo.png": picture_bytes("PNG")},
    ).pdf
    last = pdf.texts(printed)[-1]
    for expected in ("Centre voisin", "Ville-Exemple", "example.org/lettre/mars-2026"):
        assert expected in last
    alternatives = pdf.alternatives(printed)
    assert "Région imaginaire" in alternatives
    assert any(alt.startswith("QR code vers") for alt in alternatives)


def test_a_letter_without_any_section_is_a_masthead_and_a_colophon():
    printed = render(letter_of(sections=()))
    assert (printed.pages, printed.sections) == (1, ())


def test_an_address_is_printed_as_it_is_typed_and_leads_where_it_did():
    address = "https://example.org/caf%C3%A9/%C5%93uvre%20%E2%82%AC/%FF"
    printed = render(letter_of(news(url=address), web_url="https://example.org/r%c3%a9sonances/"))
    text = pdf.texts(printed.pdf)[0].replace(" ", "")
    assert "example.org/café/œuvre%20%E2%82%AC/%FF" in text
    assert "example.org/résonances" in text
    assert address in pdf.links(printed.pdf)
