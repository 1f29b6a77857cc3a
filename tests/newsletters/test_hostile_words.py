"""Whatever an editor types or pastes is a text everywhere: never markup, a header or a crash.

Each value goes into every field of an issue at once; the editions, the page, the feeds, the API,
the calendar and the message are read back by parsers and compared with those of a tame issue.
"""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import Message
from xml.etree import ElementTree

from django.core.exceptions import ValidationError
from django.urls import reverse

from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

import pytest
from bs4 import BeautifulSoup, Comment
from icalendar import Calendar

from newsletters.delivery.message import Addressing
from newsletters.editions import email, text, web
from newsletters.letter import Letter, compose
from newsletters.models import IssueCoProducer, IssuePage, Mailing, Periodical
from newsletters.printing import print_issue
from newsletters.rendering import render
from newsletters.richtext import plain
from pages.models import Organisation
from tests import pdf
from tests.builders import make_event, make_issue

pytestmark = pytest.mark.django_db
TAME = "Un titre tranquille"
WORDS = {
    "comparaison": "1 < 2 & 3 > 2 &amp; &lt;",
    "script": "</script><script>alert(1)</script>",
    "attribut": "\" onmouseover='alert(1)' x=\"",
    "gabarit": "{{ settings.SECRET_KEY }} {% load x %} {# non #}",
    "jetons": "[[ lien ]] %%unsubscribe_url%% %(nom)s ${x} {0}",
    "mjml": "</mj-text></mj-column><mj-raw><img src=x></mj-raw><mj-include path='/etc/passwd'/>",
    "outlook": "<!--[if mso]> a <![endif]--> <![CDATA[ b ]]> <?xml x?> -->",
    "typst": '#import "x": * $x^2$ *gras* _ital_ @ref <lab> \\ = Titre // rien /* rien */ `code`',
    "chemin": "../../etc/passwd \\\\serveur\\c$ C:\\x",
    "emoji": "Fête 👩🏽‍🌾 à l’école 🎉",
    "long": "x" * 120,
    "phrase": "mot " * 30,
    "droite à gauche": "avant \u200f\u202e gpj.exe \u2066 après שלום",
    "invisibles": "a\u200bb\u00adc\ufeffd\u2028e\u2029f",
    "combinants": "Z" + "\u0301" * 40,
}
# No database or form would keep them; a program that writes the blocks could still pass them on.
UNSTORABLE = {
    "nul": "avant\x00après",
    "c0": "a\x01\x08\x0b\x1b[31mb\x7f",
    "c1": "a\x80\x85\x9bb",
    "orphelin": "a\ud83cb\udfffc",
    "hors unicode": "a\ufdd0\uffffb",
}
# Line ends: to be flattened where they are text, refused where they would be a header.
LINES = {
    "en-tête": "Mars\r\nBcc: tous@example.org\r\n\r\n<b>corps</b>",
    "pliage": "Mars\n\tsuite: oui",
}
EVERYTHING = WORDS | UNSTORABLE | LINES


def issue_saying(word: str, *, rich: str = "<p>{0}</p><ul><li>{0}</li></ul>") -> IssuePage:
    """The only issue, its every text being `word`: nothing of that is stored."""
    issue = IssuePage.objects.first() or make_issue(slug="numero")
    rich = rich.replace("{0}", word)
    link = {"url": "https://example.org/a?b=1&c=2"}
    items = [
        ("text", {"title": word, "text": rich, "link_label": word, **link}),
        ("news", {"scope": "local", "title": word, "text": rich, "source": word, **link}),
        ("resource", {"title": word, "author": word, "publisher": word, "text": rich, **link}),
        ("press", {"media": word, "title": word, "text": rich, **link}),
        ("zoom", {"title": word, "text": rich}),
    ]
    issue.title = issue.subject = issue.preheader = issue.number = word
    issue.editorial = rich
    issue.body = [("section", {"key": "pole", "title": word, "intro": word, "items": items})]
    series = issue.periodical
    series.title = series.subtitle = series.sender_name = word
    issue.co_producers = [IssueCoProducer(organisation=Organisation(name=word))]
    return issue


def published(word: str) -> IssuePage:
    """The same, stored and live, with a tame rich text."""
    issue = issue_saying(word, rich=f"<p>{TAME}</p>")
    for field in ("title", "subject", "preheader", "number"):
        limit = issue._meta.get_field(field).max_length
        setattr(issue, field, getattr(issue, field)[:limit])
    issue.co_producers = []
    issue.periodical.save()
    issue.save_revision().publish()
    return IssuePage.objects.get(pk=issue.pk)


def shape(markup: str) -> list[str]:
    """Every element with the names of its attributes, and nothing of its texts.

    Rich text is the editor's own markup, cleaned: it is left out.
    """
    soup = BeautifulSoup(markup, "html.parser")
    return [f"{tag.name} {' '.join(sorted(tag.attrs))}" for tag in soup.find_all(True)]


def unmarked(letter: Letter) -> Letter:
    """The letter with one tame paragraph for each rich text: what is left is plain text."""
    calm = f"<p>{TAME}</p>"
    sections = tuple(
        replace(s, items=tuple(replace(i, html=calm) for i in s.items)) for s in letter.sections
    )
    return replace(letter, editorial=calm, sections=sections)


def comments(markup: str) -> list[str]:
    found = BeautifulSoup(markup, "html.parser").find_all(string=lambda s: isinstance(s, Comment))
    return [str(comment) for comment in found]


def strings(value: object) -> Iterator[str]:
    """Every string of a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


def letters(text: str) -> str:
    """What no hyphenation or invisible character changes."""
    return "".join(filter(str.isalnum, text))


def tame_letter() -> Letter:
    return unmarked(compose(issue_saying(TAME)))


def words_of(word: str) -> str:
    return " ".join(plain(word).split())


@pytest.mark.parametrize("name", EVERYTHING)
@pytest.mark.parametrize("edition", [email, web], ids=["courriel", "site"])
def test_a_text_adds_no_element_to_an_edition(name, edition):
    letter = compose(issue_saying(EVERYTHING[name]))
    tame = tame_letter()
    given, expected = edition.render(unmarked(letter)), edition.render(tame)
    # A title that names the series is not repeated: the same for both here.
    assert shape(given) == shape(expected)
    assert comments(given) == comments(expected)
    assert edition is web or given.count("%%unsubscribe_url%%") == 1


@pytest.mark.parametrize("name", EVERYTHING)
@pytest.mark.parametrize("edition", [email, web], ids=["courriel", "site"])
def test_a_rich_text_brings_only_allowed_elements(name, edition):
    given = edition.render(compose(issue_saying(EVERYTHING[name])))
    soup = BeautifulSoup(given, "html.parser")
    assert not soup.find_all(["script", "iframe", "object", "form", "mj-raw", "mj-include", "lab"])
    handlers = [a for tag in soup.find_all(True) for a in tag.attrs if a.startswith("on")]
    assert handlers == []
    assert not soup.find_all("img")


@pytest.mark.parametrize("name", EVERYTHING)
def test_the_text_edition_holds_one_way_out_and_no_control_character(name):
    written = text.render(compose(issue_saying(EVERYTHING[name])))
    assert written.count("%%unsubscribe_url%%") == 1
    assert not [c for c in written if (ord(c) < 32 and c != "\n") or 0x7F <= ord(c) < 0xA0]
    assert not set(written) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
    written.encode()


@pytest.mark.parametrize("name", EVERYTHING)
def test_the_print_edition_prints_the_words_or_says_which_it_cannot(name):
    printed = print_issue(issue_saying(EVERYTHING[name]))
    shown = letters(" ".join(pdf.texts(printed.pdf)))
    first = letters(words_of(EVERYTHING[name]).split()[0])
    assert first[:20] in shown
    assert not first or set(printed.replaced) <= set(EVERYTHING[name]) | {"👩🏽‍🌾"}


def message_of(word: str) -> Message:
    issue = issue_saying(word)
    mailing = Mailing(pk=1, issue=issue)
    mailing.subject, mailing.preheader, mailing.html, mailing.text = render(issue)
    mailing.from_name, mailing.from_email = issue.periodical.sender_name, "lettre@example.org"
    addressing = Addressing(mailing, date=datetime(2026, 3, 1, tzinfo=UTC))
    built = addressing.template.build(addressing.recipient("lectrice@example.org", 1, 1))
    assert all(len(line) <= 998 and line.isascii() for line in built.split(b"\r\n"))
    return message_from_bytes(built, policy=policy.default)


@pytest.mark.parametrize("name", WORDS)
def test_the_message_has_the_headers_of_any_other(name):
    message = message_of(WORDS[name])
    assert message.keys() == message_of(TAME).keys()
    assert words_of(message["Subject"]) == words_of(WORDS[name])
    [sender] = message["From"].addresses
    assert sender.addr_spec == "lettre@example.org"


@pytest.mark.parametrize("field", ["subject", "preheader", "from_name"])
@pytest.mark.parametrize("name", LINES)
def test_a_line_end_is_refused_at_the_field_that_becomes_a_header(name, field):
    holder = issue_saying(TAME) if field != "from_name" else Periodical()
    attribute = "sender_name" if field == "from_name" else field
    with pytest.raises(ValidationError, match="il tient sur une ligne"):
        holder._meta.get_field(attribute).clean(LINES[name], holder)
    assert "\n" not in compose(issue_saying(LINES[name])).subject


@pytest.mark.parametrize("name", WORDS)
def test_the_page_the_feeds_and_the_api_say_the_same_words(name, client):
    word = WORDS[name]
    tame_shape = shape(client.get(published(TAME).url).content.decode())
    issue = published(word)
    page = client.get(issue.url)
    assert shape(page.content.decode()) == tame_shape
    described = [
        json.loads(block.string)
        for block in BeautifulSoup(page.content, "html.parser").find_all(type="application/ld+json")
    ]
    assert words_of(issue.title) in {words_of(text) for text in strings(described)}
    assert client.get(f"/api/v3/pages/{issue.pk}/").json()["title"] == issue.title
    rss = ElementTree.fromstring(client.get("/flux/serie/resonances.rss").content)
    assert words_of(rss.find("channel/item/title").text) == words_of(word)
    atom = ElementTree.fromstring(client.get("/flux/serie/resonances.atom").content)
    assert words_of(atom.find("{*}entry/{*}title").text) == words_of(word)
    disposition = client.get(f"{issue.url}pdf/")["Content-Disposition"]
    assert re.fullmatch(r'inline; filename="[-a-z0-9]+\.pdf"', disposition)


@pytest.mark.parametrize("name", WORDS)
def test_a_calendar_holds_one_event_of_that_name(name, client):
    word = WORDS[name]
    event = make_event(title=word, slug="rencontre")
    [entry] = Calendar.from_ical(client.get(f"{event.url}evenement.ics").content).walk("VEVENT")
    assert words_of(entry["SUMMARY"]) == words_of(word)
    tame = make_event(title=TAME, slug="autre")
    [other] = Calendar.from_ical(client.get(f"{tame.url}evenement.ics").content).walk("VEVENT")
    assert entry.keys() == other.keys()


# The nul character never gets that far: it is taken out of whatever a form posts.
@pytest.mark.parametrize("place", ["editorial", "body-0-value-items-0-value-text"])
def test_half_an_emoji_is_refused_at_its_field(admin_client, place):
    character, said = "\ud83c", "Un caractère est incomplet (un emoji coupé ?)"
    item = ("text", {"title": "Calme", "text": "<p>Calme</p>"})
    issue = make_issue(body=[("section", {"key": "pole", "items": [item]})])
    calm = rich_text("<p>Calme</p>")
    values = {"title": "Calme", "text": calm, "url": "", "link_label": "", "visibility": "both"}
    section = {"key": "pole", "title": "", "intro": "", "items": streamfield([("text", values)])}
    posted = {
        "title": issue.title,
        "slug": issue.slug,
        "subject": "",
        "preheader": "",
        "editorial": calm,
        "first_month": "3",
        "year": "2026",
        "body": streamfield([("section", section)]),
        "co_producers": inline_formset([]),
        "comments": inline_formset([]),
    }
    posted = nested_form_data(posted)
    # As JSON.stringify writes it: the request itself is plain ASCII.
    posted[place] = posted[place].replace("Calme", json.dumps(f"a{character}b")[1:-1])
    answer = admin_client.post(reverse("wagtailadmin_pages:edit", args=[issue.pk]), posted)
    assert answer.status_code == 200
    page = html.unescape(answer.content.decode())
    assert said in page or json.dumps(said)[1:-1] in page  # a block's error is drawn by a script
    assert not issue.revisions.exists()
