"""The plain-text edition, written from the tree itself and never by stripping the mail."""

import re
from html.parser import HTMLParser
from textwrap import wrap

from django.template.loader import render_to_string

from newsletters.editions import PREFERENCES_TOKEN, UNSUBSCRIBE_TOKEN, laid_out
from newsletters.letter import Item, Kind, Letter, Visibility
from pages.typography import WIDE

WIDTH = 72
"""Columns; a longer address keeps its line to itself, cut it would no longer open."""

# Invisible, and enough for « %%name%% » typed by an editor not to be our placeholder.
_WORD_JOINER = "\u2060"
_LEAVE, _CHOOSE = "\ufdd0", "\ufdd1"


def render(letter: Letter) -> str:
    """Text of at most 72 columns, links written out, holding each placeholder once."""
    shown = laid_out(letter, Visibility.MAIL, WIDE)
    spaced = render_to_string("newsletters/text/letter.txt", _context(shown))
    text = re.sub(r"\n{4,}", "\n\n\n", spaced).strip() + "\n"
    text = text.replace("%%", f"%{_WORD_JOINER}%")
    return text.replace(_LEAVE, UNSUBSCRIBE_TOKEN).replace(_CHOOSE, PREFERENCES_TOKEN)


def _context(letter: Letter) -> dict[str, object]:
    reason = f"Vous recevez cette lettre car vous êtes abonné·e à {letter.periodical}."
    partners = ", ".join(letter.co_producers)
    return {
        "online": fill(f"Lire en ligne : <{letter.web_url}>"),
        "heading": _masthead(letter),
        "editorial": to_text(letter.editorial),
        "sections": [
            {
                "heading": _underlined(f"{section.number}. {section.title}", "="),
                "intro": fill(section.intro),
                "items": [_item(item) for item in section.items],
            }
            for section in letter.sections
        ],
        "co_producers": fill(f"Numéro réalisé avec {partners}.") if partners else "",
        "rule": "_" * WIDTH,
        "footer": "\n\n".join((_sender(letter), fill(reason))),
        "unsubscribe_url": _LEAVE,
        "preferences_url": _CHOOSE,
    }


def _masthead(letter: Letter) -> str:
    own_title = "" if letter.periodical.casefold() in letter.title.casefold() else letter.title
    period = letter.period[:1].upper() + letter.period[1:]
    lines = (letter.subtitle, period, own_title)
    return "\n".join([_underlined(letter.periodical, "="), *(fill(line) for line in lines if line)])


def _sender(letter: Letter) -> str:
    sender = letter.sender
    reach = " · ".join(filter(None, (sender.phone, sender.email)))
    return "\n".join(fill(line) for line in (sender.name, sender.address, reach) if line)


def _item(item: Item) -> str:
    source = item.kind is Kind.NEWS and item.byline
    # Right below its title, « Lire « le même titre » » would only be noise.
    label = item.link_label if item.kind is Kind.TEXT else "Lire"
    alt = item.picture.alt if item.picture else ""
    context = {
        "kicker": fill(f"[{item.kicker}]") if item.kicker else "",
        "heading": _underlined(item.title, "-") if item.title else "",
        "byline": fill(f"Source : {item.byline}" if source else item.byline),
        "body": to_text(item.html),
        "picture": fill(f"[Image : {alt}]") if alt else "",
        "link": fill(f"{label} : <{item.url}>") if item.url else "",
        "item": item,
    }
    return render_to_string("newsletters/text/item.txt", context)


def fill(text: str, *, first: str = "", rest: str = "") -> str:
    """Lines of at most WIDTH columns; a no-break space and an address are never cut."""
    return "\n".join(
        wrap(
            text,
            WIDTH,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


def _underlined(title: str, rule: str) -> str:
    lines = fill(title)
    longest = max((len(line) for line in lines.splitlines()), default=0)
    return f"{lines}\n{rule * min(longest, WIDTH)}" if lines else ""


def to_text(html: str) -> str:
    """Cleaned rich text as paragraphs, lists and quotations, separated by one empty line."""
    writer = _Writer()
    writer.feed(html)
    writer.close()
    writer.flush()
    return "\n\n".join(writer.blocks)


class _Writer(HTMLParser):
    """Collects one block after the other; knows only what `richtext.TAGS` lets through."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[str] = []
        self.words = ""
        self.bullet = ""
        self.lists: list[int | None] = []
        self.quotes = 0
        self.href: str | None = None
        self.link_start = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("p", "blockquote", "ul", "ol", "li"):
            self.flush()
        if tag == "br":
            self.words += "\n"
        elif tag == "blockquote":
            self.quotes += 1
        elif tag in ("ul", "ol"):
            self.lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self.bullet = self._next_bullet()
        elif tag == "q":
            self.words += "«\u00a0"
        elif tag == "a":
            self.href, self.link_start = dict(attrs).get("href"), len(self.words)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "blockquote", "ul", "ol", "li"):
            self.flush()
        if tag == "blockquote":
            self.quotes = max(0, self.quotes - 1)
        elif tag in ("ul", "ol") and self.lists:
            self.lists.pop()
        elif tag == "q":
            self.words += "\u00a0»"
        elif tag == "a":
            self._end_link()

    def handle_data(self, data: str) -> None:
        self.words += re.sub(r"[ \t\r\n]+", " ", data)

    def _next_bullet(self) -> str:
        count = self.lists[-1] if self.lists else None
        if count is None:
            return "- "
        self.lists[-1] = count + 1
        return f"{count + 1}. "

    def _end_link(self) -> None:
        label, href = self.words[self.link_start :].strip(), self.href
        self.href = None
        if not href or href == label:
            return
        address = href.removeprefix("mailto:")
        if address != label:
            self.words += f" <{address}>"

    def flush(self) -> None:
        """End the block in hand: an item keeps to its list, the rest is a paragraph."""
        text, self.words, self.link_start = self.words.strip(" \n"), "", 0
        if not text:
            return
        margin = "> " * self.quotes + "  " * max(0, len(self.lists) - 1)
        inside = bool(self.lists) and not self.bullet
        first = margin + (self.bullet or ("  " if inside else ""))
        rest = margin + " " * (len(first) - len(margin))
        lines = text.split("\n")
        block = "\n".join(
            fill(line.strip(" "), first=first if n == 0 else rest, rest=rest)
            for n, line in enumerate(lines)
        )
        follows = self.bullet and self.blocks and self._last_is_item
        self._last_is_item = bool(self.lists)
        self.bullet = ""
        if follows:
            self.blocks[-1] += f"\n{block}"
        else:
            self.blocks.append(block)

    _last_is_item = False
