import pytest

from newsletters.richtext import RichTextError, clean, expand_all, plain, web_address
from tests.builders import make_experience


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("<p>a<br/>b</p>", "<p>a<br>b</p>"),
        ("<p>1 < 2 & 3</p>", "<p>1 &lt; 2 &amp; 3</p>"),
        ("<p><b>non fermé", "<p><b>non fermé</b></p>"),
        ("<p>a\x00b\x0bc\ufdd0</p>", "<p>abc</p>"),
        ("<p>a&#1;b&#xFDD0;c</p>", "<p>abc</p>"),
        ("<h2>titre</h2><p>x</p>", "titre<p>x</p>"),
        ("<p>x</p><p></p><p>&nbsp;</p>", "<p>x</p>"),
        ("<p>à&nbsp;bas</p>", "<p>à\u00a0bas</p>"),
        ("<p>a<!-- c --></p><script>alert(1)</script>", "<p>a</p>"),
        ('<p style="x" onclick="y" class="z">a</p>', "<p>a</p>"),
        ("<img src=x onerror=alert(1)>", ""),
        ("</mj-text></mj-column><mj-raw><b>x</b></mj-raw>", "<b>x</b>"),
        (
            "<q>dit</q> <cite>elle</cite> m<sup>2</sup>",
            "<q>dit</q> <cite>elle</cite> m<sup>2</sup>",
        ),
    ],
)
def test_only_allowed_well_formed_markup_remains(given, expected):
    assert clean(given) == expected


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("https://example.org/a?b=1&amp;c=2", '<a href="https://example.org/a?b=1&amp;c=2">x</a>'),
        ("mailto:a@example.org", '<a href="mailto:a@example.org">x</a>'),
        ("/documents/3/", '<a href="https://site.example.org/documents/3/">x</a>'),
        ("//example.org/b", '<a href="https://example.org/b">x</a>'),
        ("https://example.org/a>b c", '<a href="https://example.org/a%3Eb%20c">x</a>'),
        ("javascript:alert(1)", "<a>x</a>"),
        ("data:text/html,x", "<a>x</a>"),
        ("#haut", "<a>x</a>"),
        ("http://[", "<a>x</a>"),
    ],
)
def test_links_are_absolute_and_of_known_schemes(href, expected):
    html = clean(f'<a href="{href}">x</a>', base_url="https://site.example.org")
    assert html == expected


def test_cleaning_twice_changes_nothing():
    once = clean("<p>l'eau &amp; <i>x<b>y</i></b> « a »&nbsp;!</p><ul><li>z</ul>")
    assert clean(once) == once


def test_a_text_nested_too_deep_is_refused():
    with pytest.raises(RichTextError, match="100"):
        clean("<ul><li>" * 60 + "x")


def test_nesting_at_the_limit_is_accepted():
    assert clean("<ul><li>" * 50 + "x").count("<li>") == 50


def test_a_text_too_heavy_is_refused():
    with pytest.raises(RichTextError, match="512 Ko"):
        clean("é" * 300_000)


@pytest.mark.django_db
def test_internal_links_become_absolute():
    page = make_experience()
    html = clean(
        f'<p><a linktype="page" id="{page.pk}">x</a></p>', base_url="https://s.example.org"
    )
    assert f'href="https://s.example.org{page.url}"' in html


@pytest.mark.django_db
def test_links_of_many_texts_are_resolved_together(django_assert_max_num_queries):
    page = make_experience()
    texts = [f'<a linktype="page" id="{page.pk}">{n}</a>' for n in range(20)]
    clean(texts[0])
    with django_assert_max_num_queries(3):
        expanded = expand_all(texts)
    assert expanded == [f'<a href="{page.url}">{n}</a>' for n in range(20)]


@pytest.mark.django_db
def test_an_unfinished_link_does_not_swallow_the_next_text():
    page = make_experience()
    texts = ['<a linktype="page" ', f'<a linktype="page" id="{page.pk}">x</a>']
    assert expand_all(texts)[1] == f'<a href="{page.url}">x</a>'


def test_plain_text_is_one_line_and_keeps_no_break_spaces():
    assert plain(" a\r\n b\x00\u202f!\tc ") == "a b\u202f! c"
    assert plain(None) == ""


@pytest.mark.parametrize("url", ["", None, "javascript:x", "https://", "mailto:", "ftp://e.org"])
def test_what_is_not_a_web_address_is_no_address(url):
    assert web_address(url) == ""
