"""A letter as a provider takes it: the editor's text inert, the personal values named or filled in.

Providers read templates in what they are given: `{{ contact.EMAIL }}`, `%recipient.name%`. A word
of the editor that looks like one would be replaced, or leave a hole, so every opening of the
languages in use is broken up: by an entity in HTML, by a character without width in plain text,
by a space in a style sheet. The reader sees the same; the provider sees no template but ours.
"""

import hashlib
import html
import re
from collections.abc import Callable
from typing import Final

from newsletters.delivery.wire import Recipient, WireTemplate

# `{{ {% {#` Brevo, Mailjet, Postmark, Mandrill, SES, SparkPost, Unisender Go; `[[` Mailjet; `<%`
# SendGrid; `*|` Mandrill; the words between percent signs Mailgun's (never a « %C3 » of a URL).
_WORDS: Final = "recipient|unsubscribe|tag_unsubscribe|mailing_list"
_OPENING: Final = re.compile(rf"\{{(?=[{{%#])|\[(?=\[)|<(?=%)|\*(?=\|)|%(?=%?(?:{_WORDS}))", re.I)
# What would open a template together with the marker that follows it.
_AT_END: Final = re.compile(r"[{\[<*%]\Z")
_STYLE: Final = re.compile(r"(<style\b.*?</style>)", re.I | re.S)
_WIDTHLESS: Final = "\u200b"


def inert_text(text: str, *, pattern: re.Pattern[str] = _OPENING) -> str:
    """Plain text or a header in which no provider finds a template."""
    return pattern.sub(lambda found: found[0] + _WIDTHLESS, text)


def inert_html(page: str, *, pattern: re.Pattern[str] = _OPENING) -> str:
    """The same of HTML; style sheets, where an entity means nothing, get a space."""
    parts = _STYLE.split(page)
    parts[::2] = [pattern.sub(lambda found: f"&#{ord(found[0])};", part) for part in parts[::2]]
    parts[1::2] = [pattern.sub(lambda found: found[0] + " ", part) for part in parts[1::2]]
    return "".join(parts)


class MergedLetter:
    """The bodies of one letter, for one person or for many. `marker` is the provider's, with "{}".

    A `{digest}` in the marker becomes a digest of the letter, which no letter can contain.
    """

    def __init__(self, template: WireTemplate, marker: str = "") -> None:
        content = template.content
        self.template = template
        self.subject = inert_text(content.subject)
        self.from_name = inert_text(content.from_name)
        self._text = _inert_pieces(template.pieces(content.text), inert_text)
        self._html = _inert_pieces(template.pieces(content.html), inert_html)
        digest = hashlib.sha256(f"{content.text}\0{content.html}".encode()).hexdigest()
        self.marker = marker.replace("{digest}", digest[:20])

    def personal(self, recipient: Recipient) -> tuple[str, str]:
        """(text, html) of one person."""
        return (
            _filled(self._text, lambda token: recipient.tokens[token]),
            _filled(self._html, lambda token: html.escape(recipient.tokens[token])),
        )

    def shared(self) -> tuple[str, str]:
        """(text, html) of all, with the provider's markers for what is personal."""
        return (
            _filled(self._text, lambda token: self.marker.format(f"text_{token}")),
            _filled(self._html, lambda token: self.marker.format(f"html_{token}")),
        )

    def values(self, recipient: Recipient) -> dict[str, str]:
        """What one person's markers stand for."""
        found = {f"text_{token}": recipient.tokens[token] for token in self._text[1::2]}
        return found | {
            f"html_{token}": html.escape(recipient.tokens[token]) for token in self._html[1::2]
        }

    def size(self) -> int:
        """Characters of both bodies."""
        return sum(map(len, self._text + self._html))


def _inert_pieces(pieces: list[str], inert: Callable[..., str]) -> list[str]:
    """Literals and tokens in turn, as `WireTemplate.pieces` gives them."""
    found = [piece if at % 2 else inert(piece) for at, piece in enumerate(pieces)]
    for at in range(0, len(found) - 1, 2):
        found[at] = inert(found[at], pattern=_AT_END)
    return found


def _filled(pieces: list[str], value: Callable[[str], str]) -> str:
    return "".join(value(piece) if at % 2 else piece for at, piece in enumerate(pieces))
