"""Inclusive forms: how many are found by both genders and numbers, and what is expanded wrongly.

The real documents, where they are beside the checkout, and the forms that guided no table. What
the analysis reads as inclusive and hand-made patterns do not is printed, to be judged by reading.
"""

from collections import Counter
from collections.abc import Iterator

from search.analysis import PLAIN, TOKEN, _words, analyse, terms
from tests.search import test_inclusive_real_documents as real
from tests.search import test_inclusive_unseen as unseen

Figures = dict[str, dict[str, float | str | None]]


def run() -> Figures:
    found = [_finds(form, queries.split()) for form, queries in _unseen()]
    figures = {"formes inclusives jamais vues": _percent(found)}
    if not real.SEEDS.is_dir():
        print("  real documents: left out, ../shared/seeds is not on this machine")
        return figures
    cases = real.occurrences()
    others = Counter(_others(cases))
    print(f"  lues comme inclusives hors des motifs relus : {sum(others.values())}")
    for form, number in others.most_common(40):
        print(f"    {number} × {form} → {', '.join(terms(form))}")
    held = [
        _finds(text[start:end], [masculine, feminine, f"{masculine}s", f"{feminine}s"])
        for text, start, end, base in cases
        for masculine, feminine in [real.genders(text[start:end], base)]
        if masculine != "social"
    ]
    return figures | {"formes inclusives des documents réels": _percent(held)}


def _unseen() -> Iterator[tuple[str, str]]:
    for line in filter(None, map(str.strip, unseen.FORMS.splitlines())):
        form, queries = line.split(" | ")
        yield form, queries


def _finds(form: str, queries: list[str]) -> bool:
    here = {term.text for term in analyse(form)}
    return all(here & set(terms(query)) for query in queries)


def _others(cases: list[tuple[str, int, int, str]]) -> Iterator[str]:
    """Expanded where no pattern of the tests sees an inclusive form."""
    spans: dict[str, set[int]] = {text: set() for text, *_rest in cases}
    for text, start, end, _base in cases:
        spans[text].update(range(start, end))
    for text, known in spans.items():
        for token in TOKEN.finditer(text):
            for word in _words(token.group()) if not PLAIN.match(token.group()) else ():
                start = token.start() + word.start
                if len(word.spellings) > 1 and start not in known:
                    yield text[start : token.start() + word.end]


def _percent(held: list[bool]) -> dict[str, float | str | None]:
    return {"value": 100 * sum(held) / len(held), "unit": "%", "baseline": None, "ratio": None}
