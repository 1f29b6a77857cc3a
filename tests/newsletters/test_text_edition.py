from dataclasses import replace

import pytest

from newsletters.editions import text
from newsletters.letter import Item, Kind, Picture, Section, Visibility, compose
from tests.newsletters.letters import letter_of, news
from tests.newsletters.sample import make_full_issue


def lines(letter) -> list[str]:
    return text.render(letter).splitlines()


@pytest.mark.django_db
def test_no_line_is_wider_than_72_columns_unless_an_address_is():
    rendered = text.render(compose(make_full_issue(items=25)))
    wide = [line for line in rendered.splitlines() if len(line) > 72]
    assert all(" " not in line and "http" in line for line in wide)
    assert "habitant·es à l’évaluation" in rendered.replace("\n", " ")


def test_sections_are_numbered_and_headings_underlined():
    found = lines(letter_of(news("Une nouvelle")))
    at = found.index("1. Le Pôle ressources")
    assert found[at + 1] == "=" * len("1. Le Pôle ressources")
    at = found.index("Une nouvelle")
    assert found[at + 1] == "-" * len("Une nouvelle")


def test_a_long_title_is_wrapped_and_underlined_by_its_longest_line():
    found = lines(letter_of(news("mot " * 60)))
    rule = next(line for line in found if line.startswith("---"))
    at = found.index(rule)
    assert len(rule) == len(found[at - 2]) <= 72


def test_links_are_written_out():
    html = '<p>Lire <a href="https://example.org/a">la note</a> ou https://example.org/b.</p>'
    mail = '<p><a href="mailto:a@example.org">a@example.org</a></p>'
    rendered = text.render(letter_of(news(html=html + mail, url="https://example.org/c")))
    assert "Lire la note <https://example.org/a> ou https://example.org/b." in rendered
    assert "\na@example.org\n" in rendered
    assert "\nLire : <https://example.org/c>\n" in rendered


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<p>a<br>b</p>", "a\nb"),
        ("<p>a &amp; <b>b</b> &lt;c&gt;</p>", "a & b <c>"),
        ("<ul><li>a</li><li>b</li></ul><p>c</p>", "- a\n- b\n\nc"),
        ("<ol><li>a</li><li>b</li></ol><ol><li>c</li></ol>", "1. a\n2. b\n1. c"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c"),
        ("<ul><li><p>a</p><p>b</p></li></ul>", "- a\n\n  b"),
        ("<blockquote><p>a</p></blockquote>", "> a"),
        ("<p>Il dit <q>oui</q>.</p>", "Il dit «\u00a0oui\u00a0»."),
        ("texte nu", "texte nu"),
        ("", ""),
    ],
)
def test_rich_text_becomes_paragraphs_lists_and_quotations(html, expected):
    assert text.to_text(html) == expected


def test_long_list_items_hang_under_their_text():
    wrapped = text.to_text("<ul><li>" + "mot " * 30 + "</li></ul>").splitlines()
    assert wrapped[0].startswith("- mot")
    assert wrapped[1].startswith("  mot")


def test_the_footer_names_the_sender_the_reason_and_the_way_out():
    end = text.render(letter_of(sections=())).split("_" * 72)[1]
    for expected in (
        "Centre de ressources\n12 rue de l'Exemple, 95000 Ville-Exemple\n",
        "Vous recevez cette lettre car vous êtes abonné·e à Résonances.",
        "Lire en ligne : <https://example.org/lettre/mars-2026/>",
        "Modifier mes choix : <%%preferences_url%%>\nSe désinscrire : <%%unsubscribe_url%%>",
    ):
        assert expected in end


def test_what_an_editor_types_is_never_a_placeholder():
    item = news("Prix %%unsubscribe_url%%", html="<p>&#37;%unsubscribe_url%%</p>")
    rendered = text.render(letter_of(item, preheader="%%unsubscribe_url%%"))
    assert rendered.count("%%unsubscribe_url%%") == 1
    assert rendered.endswith("<%%unsubscribe_url%%>\n")


def test_nothing_is_escaped_for_a_reader_of_plain_text():
    assert "<Toi> & {{ moi }}" in text.render(letter_of(news("<Toi> & {{ moi }}")))


def test_an_image_is_told_by_its_alternative_and_a_decorative_one_is_silent():
    picture = Picture("https://example.org/p.jpg", 560, 320, "Un jardin")
    shown = Item(Kind.IMAGE, "i-1", picture=picture)
    assert "[Image : Un jardin]" in text.render(letter_of(shown)).replace("\u00a0", " ")
    silent = replace(shown, picture=replace(picture, alt=""))
    assert "Image" not in text.render(letter_of(silent))


def test_items_of_the_site_alone_are_left_out():
    letter = letter_of(news("Ici"), news("Ailleurs", visibility=Visibility.WEB))
    assert "Ailleurs" not in text.render(letter)


def test_an_empty_section_with_an_introduction_keeps_it():
    letter = letter_of(sections=(Section("a", 2, "Actualité", "Bientôt."),))
    assert "2. Actualité\n============\n\nBientôt.\n" in text.render(letter)
