import re
from html.parser import HTMLParser

import pytest

from newsletters.editions import web
from newsletters.letter import Item, Kind, Picture, Visibility, compose
from tests.newsletters.letters import letter_of, news
from tests.newsletters.sample import make_full_issue

PICTURE = Picture("https://example.org/p.jpg", 560, 320, "Un jardin", "Photo : X")


class Balance(HTMLParser):
    """Raises at the first element closed out of order."""

    VOID = ("img", "br", "meta")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.django_db
def test_a_full_issue_is_a_balanced_fragment_with_headings_in_order():
    html = web.render(compose(make_full_issue(items=25)))
    parser = Balance()
    parser.feed(html)
    assert parser.open == []
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", html)]
    assert set(levels) == {2, 3}
    assert levels.count(2) == 4
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids)) == 4 + 25


def test_sections_and_items_can_be_linked_to():
    html = web.render(letter_of(news("Une nouvelle")))
    assert re.search(r'<h2 id="pole">.*Le Pôle ressources</h2>', html)
    assert '<h3 id="news-1">Une nouvelle</h3>' in html


@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_has_its_template_and_class(kind):
    item = Item(kind, "a-1", title="T", html="<p>x</p>", picture=PICTURE)
    html = web.render(letter_of(item))
    assert f'class="letter-item letter-{kind}"' in html
    assert "<p>x</p>" in html
    assert 'id="a-1"' in html


def test_a_picture_has_its_alternative_caption_and_credit():
    item = Item(Kind.IMAGE, "i-1", html="<p>Légende</p>", picture=PICTURE)
    html = web.render(letter_of(item))
    assert 'alt="Un jardin"' in html
    assert re.search(r"<figcaption><p>Légende</p><span[^>]*>Photo\u00a0: X</span>", html)


def test_every_class_is_the_letter_s_own():
    item = Item(Kind.EXPERIENCE, "e-1", "T", "K", "<p>x</p>", "B", "https://e.org/", "L", PICTURE)
    html = web.render(letter_of(item, news(), editorial="<p>e</p>", co_producers=("A", "B")))
    classes = " ".join(re.findall(r'class="([^"]+)"', html)).split()
    assert classes
    assert all(name == "letter" or name.startswith("letter-") for name in classes)
    assert " style=" not in html
    assert "<script" not in html


def test_the_site_never_carries_a_personal_token():
    assert "%%" not in web.render(letter_of(news()))


def test_the_web_uses_narrow_no_break_spaces():
    assert "Pourquoi\u202f?" in web.render(letter_of(news("Pourquoi ?")))


def test_titles_are_escaped():
    assert "&lt;script&gt;" in web.render(letter_of(news("<script>")))


def test_items_of_the_mail_alone_are_left_out():
    letter = letter_of(news("Ici"), news("Ailleurs", visibility=Visibility.MAIL))
    assert "Ailleurs" not in web.render(letter)
