"""Rich text becomes a tree: whatever the editor pasted, text stays text."""

import json

import pytest

from pages.typesetting.nodes import nodes, printable


def p(*children):
    return {"t": "p", "c": list(children)}


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", []),
        ("<p>Un</p><p>Deux</p>", [p("Un"), p("Deux")]),
        ("Sans balise", [p("Sans balise")]),
        ("<p>a<br/>b</p>", [p("a", {"t": "br"}, "b")]),
        ("<p><strong>a</strong> <em>b</em></p>",
         [p({"t": "b", "c": ["a"]}, " ", {"t": "i", "c": ["b"]})]),
        ("<ul> <li>a</li> <li>b</li> </ul>",
         [{"t": "ul", "c": [{"t": "li", "c": ["a"]}, {"t": "li", "c": ["b"]}]}]),
        ("<ol>perdu</ol>", [{"t": "ol", "c": [{"t": "li", "c": ["perdu"]}]}]),
        ("<p>a <q>b</q> 1<sup>er</sup></p>",
         [p("a ", {"t": "q", "c": ["b"]}, " 1", {"t": "sup", "c": ["er"]})]),
        ("<p>un<p>deux", [p("un"), p("deux")]),
        ("<p> </p><p><b></b></p>", []),
        ("<p>&lt;lab&gt; #evil[*x*] $x$</p>", [p("<lab> #evil[*x*] $x$")]),
        ("<script>alert(1)</script><style>p{}</style><p>a</p>", [p("a")]),
        ("<table><tr><td>cellule</td></tr></table>", [p("cellule")]),
        ("<p>a\x00b\u202ec</p>", [p("abc")]),
        ("<h2>Titre</h2>", [p("Titre")]),
        ("</p></b></ul>reste", [p("reste")]),
    ],
)  # fmt: skip
def test_html_becomes_blocks_of_known_kinds(html, expected):
    assert nodes(html) == expected


@pytest.mark.parametrize(
    ("href", "kept"),
    [
        ("https://example.org/a", "https://example.org/a"),
        ("/fiches/", "https://site.example.org/fiches/"),
        ("mailto:contact@example.org", "mailto:contact@example.org"),
        ("javascript:alert(1)", None),
        ("#haut", None),
        ("http://[", None),
        ("file:///etc/passwd", None),
    ],
)
def test_only_addresses_a_reader_can_follow_are_links(href, kept):
    found = nodes(f'<p><a href="{href}">ici</a></p>', base_url="https://site.example.org")
    link = {"t": "a", "c": ["ici"], "href": kept}
    assert found == [p(link if kept else "ici")]


def test_a_very_deep_text_is_flattened_not_lost():
    found = nodes("<ul><li>" * 5_000 + "au fond" + "</li></ul>" * 5_000)
    text = json.dumps(found, ensure_ascii=False)
    assert "au fond" in text
    assert text.count("[") < 60


def test_typography_is_applied_to_text_and_never_to_addresses():
    found = nodes('<p><a href="https://example.org/?a">Quoi ?</a></p>',
                  finish=lambda text: text.replace(" ?", "\u202f?"))  # fmt: skip
    assert found == [p({"t": "a", "c": ["Quoi\u202f?"], "href": "https://example.org/?a"})]


def test_a_line_loses_its_controls_and_keeps_its_no_break_spaces():
    assert printable("a\x00b\r\n c\u00a0! ") == "ab c\u00a0!"
    assert printable(None) == ""
