"""Real sentences of a document with the words found marked, safe to print in a page."""

import re
from bisect import bisect_right

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from search.analysis import analyse, occurrences
from search.queries import acronym_term

LENGTH = 260  # characters, about three lines
# An extract is looked for in the beginning of very long texts only.
_READ = 40_000
_SENTENCE = re.compile(r"\n+|(?<=[.!?…])[»”\"]?\s+(?=[«“\"(]?\s?[A-ZÀ-ÖØ-Þ0-9])")
_ELLIPSIS = "…"

Span = tuple[int, int]
# start, end, term
Found = tuple[int, int, str]


def extract(text: str, wanted: frozenset[str]) -> SafeString:
    """The sentences that say most of what was asked, the words marked; the start of the text
    when none does. At most about 260 characters, cut between words."""
    text = text[:_READ]
    found = _found(text, wanted)
    sentences = _sentences(text)
    if not sentences:
        return mark_safe("")
    start, end = _window(text, sentences, found)
    shown = [(max(t[0], start), min(t[1], end)) for t in found if start <= t[0] < end]
    before = _ELLIPSIS if start not in {begin for begin, _ in sentences} else ""
    after = _ELLIPSIS if end not in {stop for _, stop in sentences} else ""
    return format_html("{}{}{}", before, _marked(text, start, end, shown), after)


def mark(text: str, wanted: frozenset[str]) -> SafeString:
    """The whole text, for a title, with the words found marked."""
    spans = [(begin, stop) for begin, stop, _term in _found(text, wanted)]
    return _marked(text, 0, len(text), spans)


def _found(text: str, wanted: frozenset[str]) -> list[Found]:
    found = occurrences(text, wanted) if wanted else []
    if not any(term.startswith("=") for term in wanted):
        return found
    # An acronym is wanted in capitals only.
    acronyms = [
        (term.start, term.end, term.text)
        for term in analyse(text)
        if acronym_term(text[term.start : term.end]) in wanted
    ]
    return sorted({*found, *acronyms})


def _sentences(text: str) -> list[Span]:
    spans: list[Span] = []
    start = 0
    for gap in _SENTENCE.finditer(text):
        spans.append((start, gap.start()))
        start = gap.end()
    spans.append((start, len(text)))
    return [(begin, end) for begin, end in spans if text[begin:end].strip()]


def _window(text: str, sentences: list[Span], found: list[Found]) -> Span:
    """The best sentence, with the ones after it while there is room."""
    begins = [begin for begin, _end in sentences]
    held: list[set[str]] = [set() for _ in sentences]
    for begin, _end, term in found:
        held[max(bisect_right(begins, begin) - 1, 0)].add(term)
    best = max(range(len(sentences)), key=lambda number: (len(held[number]), -number))
    start, end = sentences[best]
    if end - start > LENGTH:
        return _cut(text, start, end, found)
    for _begin, stop in sentences[best + 1 :]:
        # A new paragraph is another subject only when there is enough of this one.
        if stop - start > LENGTH or "\n" in text[end:stop]:
            break
        end = stop
    return start, end


def _cut(text: str, start: int, end: int, found: list[Found]) -> Span:
    """Part of one long sentence, around its first word found."""
    first = next((t[0] for t in found if start <= t[0] < end), start)
    begin = max(start, min(first - LENGTH // 3, end - LENGTH))
    if begin > start:
        begin = min(text.find(" ", begin, first) + 1 or begin, first)
    stop = min(end, begin + LENGTH)
    if stop < end:
        stop = max(text.rfind(" ", begin, stop), begin + 1)
    return begin, stop


def _marked(text: str, start: int, end: int, spans: list[Span]) -> SafeString:
    parts: list[str] = []
    position = start
    for begin, stop in _merged(spans):
        parts.append(conditional_escape(text[position:begin]))
        parts.append(format_html("<mark>{}</mark>", text[begin:stop]))
        position = stop
    parts.append(conditional_escape(text[position:end]))
    return mark_safe("".join(parts))  # noqa: S308  every part is escaped above


def _merged(spans: list[Span]) -> list[Span]:
    """Overlapping spans as one: two readings of a word, two parts of a compound."""
    merged: list[Span] = []
    for begin, stop in sorted(set(spans)):
        if merged and begin < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((begin, stop))
    return merged
