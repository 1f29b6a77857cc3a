import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from newsletters.editions import email
from newsletters.letter import EditionError, Item, Kind, Picture, Section, Sender, compose
from pages.typography import WIDE, typeset
from tests.newsletters.letters import letter_of, news
from tests.newsletters.sample import make_full_issue

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "newsletters" / "email"
PICTURE = Picture("https://example.org/p.jpg", 560, 320, 'Un "jardin" <vert>', "Photo : X")
HOSTILE = [
    "1 < 2 & 3 > 2",
    "{{ letter }} {% now 'Y' %}",
    "« guillemets » \"droits\" et 'simples'",
    "Fête 🎉 à l’école",
    "</mj-text></mj-column><mj-raw><script>alert(1)</script>",
    "<!--[if mso]> commentaire <![endif]-->",
    "x" * 300,
    "mot " * 75,
    "מזרח ומערב شرق",
    "50 %% de %%unsubscribe_url%%",
]


def headings(html: str, level: int) -> list[str]:
    found = re.findall(rf"<h{level}\b[^>]*>(.*?)</h{level}>", html, re.DOTALL)
    return [unescape(re.sub(r"<[^>]*>", "", text)).strip() for text in found]


@pytest.mark.parametrize("title", HOSTILE)
@pytest.mark.parametrize("kind", list(Kind))
def test_any_title_is_shown_as_typed_in_every_kind(title, kind):
    item = Item(kind, "a-1", title=title, url="https://example.org/", link_label=title)
    html = email.render(letter_of(item, title=title, preheader=title))
    assert "<script" not in html
    assert html.count("%%") == 4
    if kind is not Kind.IMAGE:
        assert headings(html, 3) == [typeset(title, WIDE).strip()]


@pytest.mark.django_db
def test_what_a_draft_hides_in_a_title_is_removed():
    issue = make_full_issue()
    issue.title = "Mars\x00 \ufdd0\r\nBcc: x"
    html = email.render(compose(issue))
    assert "<title>Mars Bcc: x</title>" in html


@pytest.mark.django_db
def test_twenty_five_items_stay_far_from_gmail_clipping():
    html = email.render(compose(make_full_issue(items=25)))
    assert len(headings(html, 3)) == 24  # the image has no title
    assert len(html.encode()) < 60_000


@pytest.mark.django_db
def test_the_same_letter_gives_the_same_bytes():
    letter = compose(make_full_issue())
    assert email.render(letter) == email.render(letter)


def test_the_document_says_its_language_title_and_colour_schemes():
    html = email.render(letter_of(news()))
    assert '<html lang="fr" dir="ltr"' in html
    assert "<title>Résonances\u00a0– mars 2026</title>" in unescape(html)
    assert '<meta name="color-scheme" content="light dark"' in html
    assert "prefers-color-scheme:dark" in html
    assert "Un jardin et dix lectures</div>" in html


def test_headings_go_in_order():
    html = email.render(letter_of(news("Item")))
    levels = re.findall(r"<h([1-6])\b", html)
    assert levels == ["1", "2", "3"]
    assert headings(html, 1) == ["Résonances"]


def test_the_footer_cannot_be_left_out():
    html = email.render(letter_of(sections=(), sender=Sender(name="Le centre")))
    for text in ("Le centre", "Vous recevez cette lettre car", "Lire en ligne", "Se désinscrire"):
        assert text in html
    for token in ("%%unsubscribe_url%%", "%%preferences_url%%"):
        assert html.count(f'href="{token}"') == 1
    assert "12 rue de l'Exemple" in unescape(email.render(letter_of())).replace("’", "'")


def test_every_image_has_an_alternative_and_its_size():
    item = Item(Kind.IMAGE, "i-1", picture=PICTURE)
    decorative = Item(Kind.IMAGE, "i-2", picture=replace(PICTURE, alt=""))
    html = email.render(letter_of(item, decorative, logo=replace(PICTURE, alt="Centre")))
    images = re.findall(r"<img[^>]*>", html)
    assert len(images) == 3
    assert all(" alt=" in image and 'width="560"' in image for image in images)
    assert 'alt="Un &quot;jardin&quot; &lt;vert&gt;"' in images[0]
    assert 'alt=""' in images[1]


@pytest.mark.parametrize("alt", ["« Été » à l’œuvre !", "👩🏽‍🌾 e\u0301", r"c:\\x \u{a0}", "נ"])
def test_an_alternative_is_read_as_written(alt):
    html = email.render(letter_of(Item(Kind.IMAGE, "i-1", picture=replace(PICTURE, alt=alt))))
    found = re.search(r'<img[^>]* alt="([^"]*)"', html)
    assert unescape(found[1]) == typeset(alt, WIDE)


@pytest.mark.parametrize("title", ["« Été » – mars !", r"c:\x \u{a0}"])
def test_the_mail_is_named_as_its_title_is_written(title):
    html = email.render(replace(letter_of(news()), title=title))
    shown = unescape(re.search(r"<title>([^<]*)</title>", html)[1])
    assert unescape(re.search(r'<div[^>]* aria-label="([^"]*)"', html)[1]) == shown
    assert shown == typeset(title, WIDE)


def test_addresses_keep_their_letters():
    url = "https://example.org/é?a=1&b=%C3%A9"
    html = email.render(letter_of(news(url=url, html=f'<p><a href="{url}">x</a></p>')))
    assert [unescape(a) for a in re.findall(r'href="([^"]*%C3[^"]*)"', html)] == [url, url]


def test_nothing_is_asked_of_anybody_but_the_centre():
    html = email.render(letter_of(news(url="https://example.org/a"), cover=PICTURE))
    loaded = re.findall(r'(?:src|background)="(https?:[^"]+)"', html)
    assert loaded == ["https://example.org/p.jpg"]
    assert "fonts.googleapis" not in html
    assert "@import" not in html
    assert "<link" not in html


def test_outlook_conditionals_are_joined():
    html = email.render(letter_of(news()))
    assert not re.search(r"<!\[endif\]-->\s*<!--\[if mso \| IE\]>", html)
    assert html.count("<!--[if") == html.count("<![endif]")


def test_french_no_break_spaces_suit_old_mail_fonts():
    html = email.render(letter_of(news("Pourquoi ?", html="<p>L'eau : oui !</p>")))
    assert "Pourquoi\u00a0?" in html
    assert "<p>L’eau\u00a0: oui\u00a0!</p>" in html
    assert "\u202f" not in html


def test_a_title_that_names_the_series_is_not_repeated():
    assert "Lettre spéciale jeunesse</p>" in email.render(
        letter_of(title="Lettre spéciale jeunesse")
    )
    assert "mars 2026</p>" not in email.render(letter_of(period=""))


def test_a_letter_too_heavy_for_the_compiler_is_refused():
    with pytest.raises(EditionError, match="512 Ko"):
        email.render(letter_of(editorial="x" * 600_000))


def test_markup_the_compiler_refuses_is_blamed_on_its_item():
    bad = news("Coupable", html="<p>a <b x</p>")
    letter = letter_of(news("Innocent"), bad)
    with pytest.raises(EditionError, match="« Coupable » \\(rubrique « Le Pôle ressources »\\)"):
        email.render(letter)


def test_every_section_shares_one_column():
    sections = tuple(Section(f"s{n}", n, f"S{n}", "", (news(),) * 6) for n in range(1, 5))
    html = email.render(letter_of(sections=sections))
    # masthead, four sections, end of the card, footer
    assert html.count('class="mj-outlook-group-fix') == 7


def luminance(colour: str) -> float:
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colours(text: str) -> set[str]:
    return set(re.findall(r"(?<![-\w])color[:=]\"?(#[0-9a-f]{6})", text))


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.*")), ids=lambda path: path.name)
def test_text_colours_have_enough_contrast(path):
    """WCAG 1.4.3 (RGAA 3.2): 4.5 to 1 on every ground a colour may be set on."""
    text = path.read_text(encoding="utf-8")
    light, _, dark = text.partition("@media (prefers-color-scheme:dark)")
    grounds = ["#0f4c5c"] if path.name == "masthead.mjml" else ["#ffffff", "#f6f1e7", "#e4f0ef"]
    on_button = {"#ffffff"} if path.name == "experience.html" else set()
    for colour in colours(light) - on_button:
        assert min(contrast(colour, ground) for ground in grounds) >= 4.5, colour
    for colour in colours(dark) - {"#0e1719"}:
        assert min(contrast(colour, g) for g in ("#0e1719", "#172528", "#20383d")) >= 4.5, colour


def test_button_colours_have_enough_contrast():
    assert contrast("#ffffff", "#0f4c5c") >= 4.5
    assert contrast("#0e1719", "#9fd6d8") >= 4.5
