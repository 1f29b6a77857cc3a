"""Put printed blocks back together: words cut by a line end, sentences cut by a page end."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pages.imports.text import Line

# Put where italics stop at a page cut: the extraction closes them there, the author may not have.
SEAM = "\ue000"

WORD = re.compile(r"[^\W\d_]+(?:[-‐‑·•.][^\W\d_]+)*")

_ENDED = re.compile(r"[.!?…:;][\s*»”\")]*$")


def word_set(words: str) -> frozenset[str]:
    """Return the words of a list written as one text."""
    return frozenset(words.split())


# Tails that a writer, not a page, sets after a hyphen: feminine and plural endings, pronouns.
_KEPT_TAILS = word_set(
    "e es s la le les une ne nes se ses te tes ve ves re res ère ères elle elles il ils on nous "
    "vous ce ci là même mêmes ice ices rice rices trice trices euse euses"
)
_PREFIXES = word_set(
    "co re pré sous sur non ex multi inter intra auto anti mini éco socio post pluri micro macro "
    "hyper semi demi trans ultra vice"
)
_LINKS = word_set("à au aux d de des du en et l la le les lès ès sous sur t y")  # « porte-à-porte »
# A line that stops on one of these is no heading.
_DANGLING = word_set("le la les un une des du de à au aux et ou en par pour sur dans que")


@dataclass(frozen=True)
class Passage:
    """Running text of one or several printed blocks.

    `marks` holds (offset in `text`, line of the file) in rising order; `notes` holds
    (line, French message) for what the joining could not be sure of.
    """

    text: str
    marks: tuple[tuple[int, int], ...]
    notes: tuple[tuple[int, str], ...] = ()

    @property
    def line(self) -> int:
        """Return the line of the file where the passage begins."""
        return self.marks[0][1]

    def line_at(self, offset: int) -> int:
        """Return the line of the file that holds the character at `offset`."""
        return max((mark for mark in self.marks if mark[0] <= offset), default=self.marks[0])[1]


def lexicon(lines: Sequence[Line]) -> dict[str, int]:
    """Count the document's whole words, lower-case; halves cut by a line end are left out."""
    counts: dict[str, int] = {}
    cut = False
    for _, line in lines:
        if not line:
            continue
        words = WORD.findall(line.lower())
        ends_cut = _is_cut(line)
        for word in words[1 if cut else 0 : -1 if ends_cut else None]:
            counts[word] = counts.get(word, 0) + 1
        cut = ends_cut
    return counts


def _is_cut(text: str) -> bool:
    return bool(re.search(r"[^\W\d_][-‐]\*?$", text))


def flow(block: Sequence[Line], words: dict[str, int]) -> Passage:
    """Join the lines of one block into running text."""
    passage = Passage(block[0][1], ((0, block[0][0]),))
    for number, line in block[1:]:
        passage = join(passage, Passage(line, ((0, number),)), words)
    return _mend(passage, words)


def join(left: Passage, right: Passage, words: dict[str, int]) -> Passage:
    """Return both passages as one; a word cut by the hyphen of a line end is healed."""
    head, tail, notes = left.text, right.text, left.notes + right.notes
    if _is_cut(head) and tail[:1].isalpha():
        head, note = _heal(head, tail, words)
        notes += ((right.line, note),) if note else ()
    elif head.endswith("*") and tail.startswith("*"):
        head, tail = head[:-1].rstrip() + " ", tail[1:].lstrip()
    elif head.endswith("*"):
        head += SEAM + " "
    elif not head.endswith(("'", "’")):
        head += " "
    marks = tuple((len(head) + offset, line) for offset, line in right.marks)
    return Passage(head + tail, left.marks + marks, notes)


def _heal(head: str, tail: str, words: dict[str, int]) -> tuple[str, str]:
    """Drop or keep the hyphen that ends `head`: (new head, French note when not sure).

    The document decides: a spelling seen elsewhere wins. Without one the hyphen is the
    typesetter's, unless it may be the writer's own (« celui-ci », « habitant-es »).
    """
    first = WORD.findall(head.lower())[-1].split("-")[-1]
    second = WORD.findall(tail.lower())[0]
    whole = WORD.findall(head.lower())[-1]
    compound = "-" in whole and first in _LINKS
    if compound or f"{whole}-{second}" in words or tail[0].isupper():
        return head, ""
    dropped = head[:-1]
    if f"{first}{second}" in words:
        return dropped, ""
    note = f"Mot coupé en fin de ligne, trait d’union gardé : « {whole}-{second} »."
    if second.split("-")[0] in _KEPT_TAILS or (first in words and second in words):
        return head, note
    removed = f"Mot coupé en fin de ligne, trait d’union retiré : « {whole}{second} »."
    return dropped, removed if first in _PREFIXES else ""


def _mend(passage: Passage, words: dict[str, int]) -> Passage:
    """Heal a line-end hyphen left inside a line, when the document proves it (« an-crage »)."""
    notes = list(passage.notes)
    text = passage.text
    for whole in re.findall(r"(?<![\w·-])[^\W\d_]{2,}-[^\W\d_]{2,}(?![\w·-])", text):
        first, second = whole.lower().split("-")
        if second in _KEPT_TAILS or first in _PREFIXES or words.get(whole.lower(), 0) > 1:
            continue
        if first + second in words and second not in words and whole[-1].islower():
            line = passage.line_at(text.index(whole))
            text = text.replace(whole, whole.replace("-", ""))
            notes.append((line, f"Trait d’union de fin de ligne retiré : « {whole} »."))
    return Passage(text, passage.marks, tuple(notes))


def is_ended(text: str) -> bool:
    """Tell whether the text stops at the end of a sentence."""
    return bool(_ENDED.search(text))


def starts_inside(text: str) -> bool:
    """Tell whether the text begins in the middle of a sentence."""
    return text.lstrip('*« "“(')[:1].islower()


def rejoin(passages: Iterable[Passage], words: dict[str, int], short: int) -> list[Passage]:
    """Join the paragraphs that a page cut has parted in mid-sentence.

    A passage of at most `short` words may be a heading: it is joined only to what plainly
    goes on (a cut word, a lower-case beginning as short as itself).
    """
    whole: list[Passage] = []
    for passage in passages:
        if whole and _goes_on(whole[-1].text, passage.text, short):
            if passage.text[:1].isupper() and not _is_cut(whole[-1].text):
                note = f"Phrase coupée puis recollée avant « {excerpt(passage.text)} »."
                passage = Passage(
                    passage.text, passage.marks, (*passage.notes, (passage.line, note))
                )
            whole[-1] = join(whole[-1], passage, words)
        else:
            whole.append(passage)
    return whole


def _goes_on(left: str, right: str, short: int) -> bool:
    if right.startswith(("-", "•", ">", "–")):
        return False
    if _is_cut(left):
        return True
    left_short, right_short = (len(text.split()) <= short for text in (left, right))
    if starts_inside(right):
        return right_short or not left_short or is_ended(left) or _dangles(left)
    return not (is_ended(left) or left_short or right_short)


def _dangles(text: str) -> bool:
    return text.endswith(",") or text.split()[-1].lower() in _DANGLING


def excerpt(text: str, words: int = 6) -> str:
    """Return the first words of a text, to name it in a message."""
    parts = text.replace(SEAM, "").replace("*", "").split()
    return " ".join(parts[:words]) + ("…" if len(parts) > words else "")
