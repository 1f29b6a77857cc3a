"""What extraction leaves in a text is cleaned; what the writer meant stays."""

import pytest

from pages.imports.paragraphs import Passage, flow, join, lexicon, rejoin
from pages.imports.text import ImportTextError, blocks, clean, content_lines, is_footer, read_text


@pytest.mark.parametrize(
    "data",
    [
        "L’été à Bourg-l’Œuf".encode(),
        b"\xef\xbb\xbf" + "L’été à Bourg-l’Œuf".encode(),
        "L’été à Bourg-l’Œuf".encode("cp1252"),
    ],
    ids=["utf-8", "utf-8 with BOM", "windows-1252"],
)
def test_utf8_and_windows_files_give_the_same_text(data):
    assert read_text(data) == "L’été à Bourg-l’Œuf"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "vide"),
        (b" \n\t\n", "vide"),
        (b"un\ndeux\0trois", "Ligne 2 : .*octet nul"),
        (b"%PDF-1.7\n\xe2\xe3", "un PDF"),
        (b"PK\x03\x04\x14\x00", "Word"),
        (b"a\x01\x02\x03\x04b", "caractères de commande"),
        (b"ligne\nmot \x81 illisible", "Ligne 2 : .*ni UTF-8 ni Windows-1252"),
        ("été\nà moitié".encode() + b"\xc3", "Ligne 2"),
    ],
)
def test_what_is_not_text_is_refused_in_french(data, message):
    with pytest.raises(ImportTextError, match=message):
        read_text(data)


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("e\u0301te\u0301", "été"),
        ("di\ufb03cile et \ufb01n", "difficile et fin"),
        ("mi\u00adlieu\u200b", "milieu"),
        ("\uf0b7 point", "• point"),
        ("fin\x0cdébut\r\nsuite\rreste", "fin début\nsuite\nreste"),
        ("habitant·es, 50\u00a0%", "habitant·es, 50\u00a0%"),
    ],
)
def test_invisible_and_broken_characters_go_the_others_stay(raw, cleaned):
    assert clean(raw) == cleaned


@pytest.mark.parametrize(
    ("line", "footer"),
    [
        ("Centre Exemple - 12 Rue des Lilas - 99100 Bourg-Exemple", True),
        ("- contact@example.org - www.example.org", True),
        ("- 12 -", True),
        ("p. 7", True),
        ("2024", False),
        ("Le local du 12 rue des Lilas a ouvert en 2019.", False),
        ("Ana Exemple : ana@example.org", False),
    ],
)
def test_page_footers_are_told_from_text(line, footer):
    assert is_footer(line) is footer


def test_a_header_printed_on_every_page_is_dropped_and_line_numbers_stay():
    text = "\n\n".join(f"Recueil des fiches du Centre {page}\n\nTexte {page}" for page in "123")
    assert [line for line in content_lines(text) if line[1]] == [
        (3, "Texte 1"),
        (7, "Texte 2"),
        (11, "Texte 3"),
    ]


def _joined(text):
    """Return the passages of a text, its blocks joined across page cuts."""
    lines = content_lines(text)
    words = lexicon(lines)
    return rejoin([flow(block, words) for block in blocks(lines)], words, short=5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("une approche potentielle-\n\nment utile", "une approche potentiellement utile"),
        ("tout le terri-\ntoire du nord", "tout le territoire du nord"),
        ("un porte-à-\nporte régulier", "un porte-à-porte régulier"),
        ("les habitant-\nes du quartier", "les habitant-es du quartier"),
        ("la commune d’Aval-\nSur-Mer", "la commune d’Aval-Sur-Mer"),
        ("un savoir-faire. Leur savoir-\nfaire", "un savoir-faire. Leur savoir-faire"),
    ],
)
def test_a_hyphen_goes_when_the_line_end_put_it_there(text, expected):
    assert [passage.text for passage in _joined(text)] == [expected]


def test_a_hyphen_that_may_be_the_writers_is_kept_and_noted():
    (passage,) = _joined("le centre de la ville et le centre-\nville")
    assert passage.text.endswith("le centre-ville")
    assert passage.notes == (
        (2, "Mot coupé en fin de ligne, trait d’union gardé : « centre-ville »."),
    )


def test_a_hyphen_left_inside_a_line_is_healed_when_the_document_proves_it():
    first, second = _joined("Un bon an-crage et des habitant-es.\n\nCet ancrage, ces habitantes.")
    assert first.text == "Un bon ancrage et des habitant-es."
    assert first.notes == ((1, "Trait d’union de fin de ligne retiré : « an-crage »."),)
    assert second.notes == ()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Une phrase assez longue que la page\n\ncoupe en son milieu.", 1),
        ("Une phrase assez longue avec des\n\nAmbassadeurs venus de tout le pays.", 1),
        ("Une première phrase assez longue.\n\nUne seconde, tout aussi longue.", 2),
        ("Un intertitre court\n\nUn paragraphe à sa suite, assez long.", 2),
        ("Le début du\n\nparagraphe que la page a coupé ici.", 1),
        ("Une phrase assez longue qui annonce\n\n- un point de liste", 2),
    ],
)
def test_paragraphs_cut_by_a_page_are_joined_and_no_others(text, count):
    assert len(_joined(text)) == count


def test_a_joined_passage_knows_the_line_of_each_part():
    passage = join(Passage("abc", ((0, 4),)), Passage("def", ((0, 9),)), {})
    assert (passage.text, passage.line) == ("abc def", 4)
    assert [passage.line_at(offset) for offset in (2, 4)] == [4, 9]
