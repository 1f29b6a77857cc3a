"""How a programme numbers its parts: « Axe 1 », « I. », « 1.1 », « A8 bis », « Action 3 »."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pages.imports.paragraphs import WORD
from pages.imports.programme import labels
from pages.imports.programme.formats import is_format
from pages.imports.programme.rows import Row

_SEPARATOR = r"\s*(?:[.):]|[-–—](?=\s))*\s*[-–—:]?\s*"
_ONE_CODE = r"[A-Z]{1,3}[\s-]?\d{1,3}(?:\s?(?:bis|ter|quater)\b)?"
_STYLES = {
    "axis": r"(?:axe|partie|chapitre|volet|priorité|orientation|thème|thématique|chantier)\s+"
    r"(?:stratégique\s+|prioritaire\s+|thématique\s+|d[’']intervention\s+)?(?:n\s*[°o]\s*)?"
    rf"(?P<code>\d{{1,2}}|[IVX]{{1,5}}|(?-i:[A-Z])(?=\s*[.):–—-]))\b{_SEPARATOR}(?P<title>.*)",
    "fiche": r"(?:fiche[\s-]action|fiche|action)\s+(?:n\s*[°o]\s*)?"
    rf"(?P<code>(?:[A-Z]{{1,3}}-?)?\d{{1,3}}(?:[.-]\d{{1,2}})?(?:\s?(?:bis|ter))?)\b{_SEPARATOR}(?P<title>.*)",
    "code": rf"[\[(]?(?P<code>{_ONE_CODE}(?:\s*(?:et|,|/|&|à)\s*{_ONE_CODE})*)[\])]?"
    rf"(?![\w’']){_SEPARATOR}(?P<title>.*)",
    "dotted": rf"(?P<code>\d{{1,2}}(?:\.\d{{1,2}}){{1,2}})(?![\d%]){_SEPARATOR}(?P<title>.*)",
    "number": r"(?P<code>\d{1,2})\s*(?:[.)°/]|[-–—](?=\s))\s*[-–—]?\s*(?P<title>.+)",
    "bare": r"(?P<code>\d{1,2})\s+(?P<title>[A-ZÀ-Ý].+)",
    "roman": r"(?P<code>[IVX]{1,5})\s*(?:[.):/]|[-–—])+\s*(?P<title>.+)",
    "letter": r"(?P<code>[A-Z])\s*(?:[.):](?=\s)|[-–—](?=\s))\s*(?P<title>.+)",
}
_PATTERNS = {
    style: re.compile(pattern, re.IGNORECASE if style in {"axis", "fiche"} else 0)
    for style, pattern in _STYLES.items()
}
_BULLETED = {"code", "fiche"}  # « • 1. » only numbers the items of a list
RANKS = (
    "axis",
    "roman",
    "letter",
    "number",
    "dotted",
    "deep",
    "code",
    "fiche",
)  # from part to action
_ROMAN = re.compile(r"X{0,3}(?:IX|IV|V?I{0,3})")
_OPENS = re.compile(r"[«“\"(*]*\s*(?:[^\W\d_]|5 à 7)")

_OPTIONS = re.compile(
    r"(?:les\s+)?(?:options|orientations|choix|modes)\s+(?:d[’']intervention\s*)?"
    r"(?:retenue?s?|proposée?s?)?(?:\s+(?:pour|en)\s+20\d\d)?\s*:?",
    re.IGNORECASE,
)
_ACTIONS = re.compile(
    r"(?:les\s+|nos\s+|détail\s+des\s+)?actions(?:\s+(?:proposées|prévues|programmées|envisagées"
    r"|retenues|(?:pour|en)?\s*20\d\d))*\s*:?",
    re.IGNORECASE,
)
_SUPPORT = re.compile(
    r"(?:les\s+)?(?:autres\s+(?:actions|activités|missions|interventions)|publications?"
    r"|informations?\s*(?:,|et|-|–|/)|information$|documentation|ressources\b"
    r"|centre\s+de\s+(?:ressources|documentation)|communication|annexes?\b|éditions?\b"
    r"|veille\b|vie\s+(?:de\s+l[’']association|associative)|fonctionnement\b)",
    re.IGNORECASE,
)
_CONTENTS = re.compile(r"(?:sommaire|table\s+des\s+matières)\s*:?", re.IGNORECASE)
_ENTRY = re.compile(
    r"(?:\.\s*){3,}\s*\d{1,3}$|…+\s*\d{1,3}$|\s(?:p|page)\.?\s*\d{1,3}$", re.IGNORECASE
)


@dataclass(frozen=True)
class Heading:
    """A numbered line and its wrapped rest: rows `start` (included) to `end` (excluded)."""

    start: int
    end: int
    style: str
    code: str
    title: str


def read(row: Row) -> tuple[str, str, str] | None:
    """Return (style, code, title begun) when a row is numbered like a heading."""
    bare = labels.bullet(row.text)
    for style, pattern in _PATTERNS.items():
        if bare is not None and style not in _BULLETED:
            continue
        match = pattern.fullmatch(row.text if bare is None else bare)
        if match is None:
            continue
        code, title = " ".join(match["code"].split()), match["title"].strip()
        if title and not _OPENS.match(title):
            continue
        if style == "roman" and not _ROMAN.fullmatch(code):
            continue
        loose = style in {"axis", "fiche"} and match.string[match.end("code") :][:1] == " "
        if title[:1].islower() and (style not in {"axis", "fiche"} or loose):
            continue  # « 1. comprendre, 2. écrire » numbers the items of a sentence
        return "deep" if style == "dotted" and code.count(".") > 1 else style, code, title
    return None


def find(rows: Sequence[Row]) -> list[Heading]:
    """Return every numbered heading of the document, in printed order."""
    found: list[Heading] = []
    index = 0
    while index < len(rows):
        token = read(rows[index]) if rows[index].text else None
        if token is None or not _may_open(rows, index, found):
            index += 1
            continue
        style, code, _ = token
        end = _title_end(rows, index, style)
        title = " ".join([token[2], *(row.text for row in rows[index + 1 : end] if row.text)])
        found.append(Heading(index, end, style, code, title.strip()))
        index = end
    return _without_lone_letters(_without_lone_numbers(found))


def _without_lone_numbers(found: Sequence[Heading]) -> list[Heading]:
    """Keep « 1 Titre » only where « 1.1 » follows: a sentence too may begin with a number."""
    kept = []
    for heading, below in zip(found, [*found[1:], None], strict=False):
        if heading.style != "bare":
            kept.append(heading)
        elif below and below.style == "dotted" and below.code.startswith(f"{heading.code}."):
            kept.append(replace(heading, style="number"))
    return kept


def _without_lone_letters(found: Sequence[Heading]) -> list[Heading]:
    """Keep « A. Titre » where « B. Titre » follows: an initial opens a person's name too."""
    letters = [heading for heading in found if heading.style == "letter"]
    series: list[Heading] = []
    for heading, below in zip(letters, [*letters[1:], None], strict=False):
        above = series[-1].code if series else ""
        restarts = heading.code == "A" != above and (below is None or below.code == "B")
        if restarts or (above and ord(heading.code) == ord(above) + 1):
            series.append(heading)
    if len(series) < 2:
        series = []
    return [heading for heading in found if heading.style != "letter" or heading in series]


def _may_open(rows: Sequence[Row], index: int, found: Sequence[Heading]) -> bool:
    above = rows[index - 1].text if index else ""
    touches = bool(found) and found[-1].end == index
    plain = not above or rows[index].top or touches or bool(re.search(r"[.!?…:;][»\")]*$", above))
    if plain or labels.at_start(above) is not None or marker(above) != "":
        return True
    token = read(rows[index])
    return token is not None and token[0] in _BULLETED and _under_label(rows, index)


def _under_label(rows: Sequence[Row], index: int) -> bool:
    """Tell whether the lines that touch a row from above hold a label, whose value they end."""
    while index > 0 and rows[index - 1].text:
        index -= 1
        if labels.at_start(rows[index].text) is not None:
            return True
    return False


def _title_end(rows: Sequence[Row], start: int, style: str) -> int:
    """Return where a wrapped title ends: before a sentence, a label, another heading."""
    end = start + 1
    token = read(rows[start])
    alone = token is not None and not token[2]
    while end < len(rows) and end - start < 6:
        if rows[end].text and _belongs(rows, start, end, alone):
            end += 1
        elif not rows[end].text and end + 1 < len(rows) and _wraps(rows, end + 1, alone):
            end += 2
        else:
            break
        alone = False
    return end


def _belongs(rows: Sequence[Row], start: int, index: int, alone: bool) -> bool:
    """Tell whether a row that touches the title is part of it."""
    row, above = rows[index], rows[index - 1].text
    if _is_other(row) or (row.top and not _goes_on(row.text)):
        return False
    if not alone and _shouts(rows[start].text) and not _shouts(row.text):
        return False
    if alone or _goes_on(row.text) or _pends(above):
        return True
    if is_format(row.text):  # « Formation, 3 journées » under a whole title
        return False
    block = []
    while index < len(rows) and rows[index].text and not _is_other(rows[index]):
        block.append(rows[index].text)
        index += 1
    sentence = re.search(r"[.…;:]$", block[-1]) or len(block) > 2
    return not sentence and len(above) >= 45


def _shouts(text: str) -> bool:
    """Tell whether a line is printed in capitals; a title in capitals stays so on every line."""
    return text.isupper() and len(re.findall(r"[^\W\d_]{3,}", text)) >= 3


def _wraps(rows: Sequence[Row], index: int, alone: bool) -> bool:
    """Tell whether a row parted from the title by one blank line still belongs to it."""
    row = rows[index]
    if not row.text or _is_other(row):
        return False
    if alone:
        return not row.top and len(row.text.split()) <= 25
    after = rows[index + 1].text if index + 1 < len(rows) else ""
    return (not after or _is_other(rows[index + 1])) and _goes_on(row.text)


def _goes_on(text: str) -> bool:
    """Tell whether a line plainly goes on with a title: lower case, or a dash and a format."""
    tail = re.sub(r"^[-–—]\s*", "", text)
    return tail[:1].islower() or (tail != text and is_format(tail))


def _is_other(row: Row) -> bool:
    known = labels.at_start(row.text) or labels.is_rule(row.text) or marker(row.text)
    return bool(known) or read(row) is not None


def _pends(text: str) -> bool:
    last = WORD.findall(text.lower())
    links = {
        "et",
        "de",
        "des",
        "du",
        "la",
        "le",
        "les",
        "à",
        "au",
        "aux",
        "en",
        "pour",
        "sur",
        "un",
    }
    return text.endswith((",", ":", "-", "(", "/")) or bool(last and last[-1] in links)


def marker(text: str) -> str:
    """Return « options », « actions » or « contents » for a line that is only such a mark."""
    for name, pattern in (("options", _OPTIONS), ("actions", _ACTIONS), ("contents", _CONTENTS)):
        if pattern.fullmatch(text) and not (name == "options" and len(text.split()) < 2):
            return name
    return ""


def is_contents_entry(text: str) -> bool:
    """Tell whether a line is one of a contents list: it ends with leaders and a page."""
    return bool(_ENTRY.search(text)) and "(" not in text.split()[-1]


def is_support(text: str) -> bool:
    """Tell whether a short line names a part that programmes set after their axes."""
    return bool(_SUPPORT.match(text)) and plain(text) and len(text.split()) <= 10


def plain(text: str) -> bool:
    """Tell whether a text without number has the shape of a heading."""
    if not text or labels.bullet(text) is not None or labels.is_rule(text) or marker(text):
        return False
    if not re.match(r"[«“\"]*\s*[^\W\d_a-zà-ÿ]", text) or re.search(r"[.;,:…]$|@|https?:", text):
        return False
    return len(text.split()) <= 22 and labels.at_start(text) is None
