"""The message as it travels: compiled once per mailing, spliced per recipient at byte level.

Rendering, quoting and folding a 73 kB letter with the standard library costs about 4 ms; doing it
for each of 4,000 people is most of what makes plain loops slow. Here both bodies are encoded once
and cut at their placeholders (`%%unsubscribe_url%%`); a recipient costs one head and one join.

Every message is 7-bit quoted-printable (RFC 2045 §6.7) with CRLF line ends, so no relay needs to
re-encode it, which would break a DKIM signature. No line starts with a dot: the SMTP client has
nothing to stuff (RFC 5321 §4.5.2), and a terminator cannot be smuggled in by content.
"""

from __future__ import annotations

import hashlib
import html
import re
from binascii import b2a_base64, b2a_qp
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache

_FOLD = 78  # RFC 5322 §2.1.1, should
_LINE_MAX = 998  # RFC 5322 §2.1.1, must
_QP_LINE = 76  # RFC 2045 §6.7 rule 5
_SOFT_BREAK = b"=\r\n"
# One encoded-word is at most 75 characters (RFC 2047 §2): 60 of base64, 45 bytes of UTF-8.
_ENCODED_WORD_BYTES = 45

_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
)
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_FIELD_NAME = re.compile(r"[!-9;-~]{1,70}")  # RFC 5322 §2.2
_INJECTION = re.compile("[\r\n\0]")
_LIST_ID = re.compile(r"(.*\S)\s*(<[!-;=?-~]*>)")  # RFC 2919 §3: phrase <identifier>
# The template writes these; a second copy would make two readers see two messages.
_RESERVED = frozenset(
    {"bcc", "cc", "date", "from", "message-id", "mime-version", "reply-to", "sender", "subject"}
    | {"content-transfer-encoding", "content-type", "to"}
)


class WireError(ValueError):
    """The message cannot be written as valid RFC 5322. Its text never holds an address."""


class AddressRefused(WireError):  # noqa: N818  (says what happened)
    """This recipient's address cannot travel in a 7-bit message; the others are not concerned."""


class HeaderInjection(WireError):  # noqa: N818
    """A header name or value holds CR, LF or NUL: it would forge another header."""


@dataclass(frozen=True)
class Content:
    """What everybody gets. `headers` are fixed fields such as List-Id or Precedence."""

    subject: str
    from_name: str
    from_email: str
    reply_to: str
    html: str
    text: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Recipient:
    """What one person gets. `message_id` has its angle brackets; `headers` are unique fields."""

    email: str
    name: str
    message_id: str
    tokens: Mapping[str, str]
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def reference(self) -> str:
        """`<id>.<token>` of the Message-ID: what a notice brings back, and reveals nobody."""
        return ".".join(self.message_id.strip("<>").partition("@")[0].rsplit(".", 2)[-2:])


@dataclass(frozen=True)
class _Slot:
    token: str
    in_text: tuple[int, ...]
    in_html: tuple[int, ...]


class WireTemplate:
    """A letter ready to be addressed; `build` is safe to call from several threads.

    `date` must be aware. A `%%word%%` outside `token_names` stays as written: it may be the
    editor's own text. Raises HeaderInjection or WireError when the content cannot be written.
    """

    def __init__(
        self,
        content: Content,
        token_names: Sequence[str] = ("unsubscribe_url", "preferences_url"),
        *,
        date: datetime,
    ) -> None:
        self.content = content
        self.date = format_datetime(date)
        self._placeholder = re.compile("%%(" + "|".join(map(re.escape, token_names)) + ")%%")
        if not token_names:
            self._placeholder = re.compile("(?!)")
        try:
            text, text_slots = self._compiled(content.text)
            page, html_slots = self._compiled(content.html)
            head = _fixed_head(content, date)
        except UnicodeEncodeError as error:
            raise WireError("a lone surrogate cannot be written as UTF-8") from error
        # "=_" cannot occur in quoted-printable, so the boundary cannot occur in a body. A digest,
        # not a random number: the same input must give the same bytes.
        digest = hashlib.sha256(f"{content.text}\0{content.html}".encode()).hexdigest()
        boundary = f"=_{digest[:32]}"
        head += f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n'.encode()
        before_text = head + _part_head(boundary, "plain")
        between = b"\r\n" + _part_head(boundary, "html")
        self._pieces = [b"", before_text, *text, between, *page, f"\r\n--{boundary}--\r\n".encode()]
        html_start = 2 + len(text) + 1
        self._slots = tuple(
            _Slot(
                name,
                tuple(2 + at for at, token in text_slots if token == name),
                tuple(html_start + at for at, token in html_slots if token == name),
            )
            for name in token_names
            if any(token == name for _, token in text_slots + html_slots)
        )

    def build(self, recipient: Recipient) -> bytes:
        """The complete message: CRLF, 7-bit, multipart/alternative with text then html.

        Raises AddressRefused or HeaderInjection for this person's data, and WireError when a
        token used by the letter has no value (an error of the caller, not of the person).
        """
        pieces = self._pieces.copy()
        try:
            pieces[0] = recipient_head(recipient)
            for slot in self._slots:
                value = recipient.tokens[slot.token]
                quoted = _quoted_value(value)
                for at in slot.in_text:
                    pieces[at] = quoted
                if slot.in_html:
                    escaped = html.escape(value)
                    if escaped != value:
                        quoted = _quoted_value(escaped)
                    for at in slot.in_html:
                        pieces[at] = quoted
        except KeyError as error:
            raise WireError(f"no value for the placeholder {error.args[0]!r}") from error
        except UnicodeEncodeError as error:
            raise WireError("a lone surrogate cannot be written as UTF-8") from error
        return b"".join(pieces)

    def render(self, recipient: Recipient) -> tuple[str, str]:
        """(text, html) with this person's values, unencoded: for transports that build MIME."""
        tokens = recipient.tokens
        text = self._placeholder.sub(lambda found: tokens[found[1]], self.content.text)
        page = self._placeholder.sub(lambda found: html.escape(tokens[found[1]]), self.content.html)
        return text, page

    def pieces(self, body: str) -> list[str]:
        """A body cut at its placeholders: literal, token, literal, … always a literal last."""
        return self._placeholder.split(body)

    def _compiled(self, body: str) -> tuple[list[bytes], list[tuple[int, str]]]:
        """Quoted pieces of a body, and (index of an empty piece, token that fills it)."""
        pieces: list[bytes] = []
        slots: list[tuple[int, str]] = []
        *before, last = self.pieces(body)
        for literal, token in zip(before[::2], before[1::2], strict=True):
            quoted = _quoted(literal)
            # A token stands alone on its line, whatever its length does not lengthen another.
            if quoted and not quoted.endswith(b"\n"):
                quoted += _SOFT_BREAK
            pieces += [quoted, b"", _SOFT_BREAK]
            slots.append((len(pieces) - 2, token))
        pieces.append(_quoted_end(last))
        return pieces, slots


def ascii_address(email: str) -> str:
    """The address as relays without SMTPUTF8 take it: international domains become IDNA.

    Raises HeaderInjection, or AddressRefused for a non-ASCII local part (only RFC 6531 relays take
    it, and the next hop may not), a quoted local part, or more than 254 characters (RFC 5321).
    """
    if len(email) <= 254 and _ADDRESS.fullmatch(email):
        return email
    refuse_injection(email)
    local, _, domain = email.rpartition("@")
    if not local.isascii():
        raise AddressRefused("partie locale de l’adresse non ASCII")
    try:
        candidate = f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise AddressRefused("domaine de l’adresse mal formé") from error
    if len(candidate) > 254 or not _ADDRESS.fullmatch(candidate):
        raise AddressRefused("adresse mal formée")
    return candidate


# --- Headers ---------------------------------------------------------------------------------


def refuse_injection(value: str) -> None:
    """Raises HeaderInjection when a header value would end its line."""
    if _INJECTION.search(value):
        raise HeaderInjection("CR, LF or NUL in a header")


@lru_cache(maxsize=256)
def _field_name(name: str) -> str:
    if not _FIELD_NAME.fullmatch(name):
        raise HeaderInjection("malformed header name")
    if name.lower() in _RESERVED:
        raise WireError(f"the header {name} is written by the template")
    return name


def _plain(value: str) -> bool:
    """Whether a value may be written as it is; "=?" would be read as an encoded word."""
    return value.isascii() and value.isprintable() and "=?" not in value


def _folded(name: str, value: str) -> str:
    """`Name: value` cut before spaces at 78 columns where possible, CRLF included."""
    lines = [f"{name}:"]
    if len(name) + len(value) + 2 <= _FOLD:
        return f"{name}: {value}\r\n"
    for word in value.strip().split(" "):
        full = len(lines[-1]) + 1 + len(word) > _FOLD
        # The first word stays beside its field name: of a field whose first line is empty, some
        # readers make an empty field, and Python's own a value that begins with a space.
        helps = len(lines) > 1 or len(lines[0]) > len(name) + 1
        if full and word and helps:
            lines.append(f" {word}")
        else:
            lines[-1] += f" {word}"
    if max(map(len, lines)) > _LINE_MAX:
        raise WireError(f"a word of the header {name} is longer than a line may be")
    return "\r\n".join(lines) + "\r\n"


def _encoded(name: str, value: str) -> str:
    return Header(value, "utf-8", maxlinelen=_QP_LINE, header_name=name).encode(linesep="\r\n")


def _header(name: str, value: str) -> str:
    """One header field; of a List-Id only the phrase may be encoded (RFC 2047 §5)."""
    if _plain(value):
        return _folded(name, value)
    refuse_injection(value)
    if name.lower() == "list-id" and (parts := _LIST_ID.fullmatch(value)):
        return f"{name}: {_encoded(name, parts[1])}\r\n {parts[2]}\r\n"
    return f"{name}: {_encoded(name, value)}\r\n"


def _quoted_string(phrase: str) -> str:
    return '"' + phrase.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _mailbox(name: str, phrase: str, email: str) -> str:
    address = ascii_address(email)
    if not phrase:
        return _folded(name, address)
    if _plain(phrase):
        return _folded(name, f"{_quoted_string(phrase)} <{address}>")
    refuse_injection(phrase)
    return f"{name}: {_encoded(name, phrase)}\r\n <{address}>\r\n"


def _fixed_head(content: Content, date: datetime) -> bytes:
    if date.tzinfo is None:
        raise WireError("the date of a letter must be aware")
    head = [
        _mailbox("From", content.from_name, content.from_email),
        _mailbox("Reply-To", "", content.reply_to) if content.reply_to else "",
        _header("Subject", content.subject),
        f"Date: {format_datetime(date)}\r\n",
        *(_header(_field_name(name), value) for name, value in content.headers),
        "MIME-Version: 1.0\r\n",
    ]
    return "".join(head).encode("ascii")


def _display_name(name: str) -> str:
    """A phrase that fits one line in one encoded word, or nothing.

    Refused: several encoded words. Readers disagree on the space between two of them; a name left
    out harms nobody.
    """
    name = name.strip()
    if _plain(name):
        return _quoted_string(name) if 0 < len(name) <= 70 else ""
    refuse_injection(name)
    raw = name.encode()
    if len(raw) > _ENCODED_WORD_BYTES:
        return ""
    return f"=?utf-8?b?{b2a_base64(raw, newline=False).decode('ascii')}?="


def recipient_head(recipient: Recipient) -> bytes:
    """To, Message-ID and the person's own headers, CRLF included.

    Raises AddressRefused, HeaderInjection, or WireError for a header that may not be there.
    """
    address = ascii_address(recipient.email)
    if not _MESSAGE_ID.fullmatch(recipient.message_id):
        refuse_injection(recipient.message_id)
        raise WireError("a Message-ID is <left@right> in ASCII")
    phrase = _display_name(recipient.name)
    to = f"{phrase} <{address}>" if phrase else address
    head = _folded("To", to) + f"Message-ID: {recipient.message_id}\r\n"
    for name, value in recipient.headers:
        head += _header(_field_name(name), value)
    return head.encode("ascii")


# --- Bodies ----------------------------------------------------------------------------------


def _part_head(boundary: str, subtype: str) -> bytes:
    return (
        f'--{boundary}\r\nContent-Type: text/{subtype}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode("ascii")


def _utf8(body: str) -> bytes:
    return body.replace("\r\n", "\n").replace("\r", "\n").encode()


def _safe_lines(encoded: bytes) -> bytes:
    """CRLF; no line over 76 columns, none starting with "." (SMTP) or "From " (mbox)."""
    lines = []
    for line in encoded.split(b"\n"):
        while True:
            if line.startswith((b".", b"From ")):
                line = b"=%02X" % line[0] + line[1:]
            if len(line) <= _QP_LINE:
                break
            cut = line.find(b"=", _QP_LINE - 3, _QP_LINE - 1)  # never inside =XX
            cut = cut if cut >= 0 else _QP_LINE - 1
            lines.append(line[:cut] + b"=")
            line = line[cut:]
        lines.append(line)
    return b"\r\n".join(lines)


def _quoted(body: str) -> bytes:
    """Quoted-printable whose last line leaves one column free for a soft break."""
    # The added character takes that column, and keeps a final space from being the line's end.
    return _safe_lines(b2a_qp(_utf8(body) + b"_"))[:-1] if body else b""


def _quoted_end(body: str) -> bytes:
    return _safe_lines(b2a_qp(_utf8(body)))


def _quoted_value(value: str) -> bytes:
    encoded = b2a_qp(_utf8(value) + b"_")
    simple = len(encoded) <= _QP_LINE and b"\n" not in encoded
    if simple and not encoded.startswith((b".", b"From ")):
        return encoded[:-1]
    return _safe_lines(encoded)[:-1]
