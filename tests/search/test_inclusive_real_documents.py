"""Every inclusive form of the real documents, found by patterns independent of the code."""

import re
from pathlib import Path

import pytest

from search.analysis import analyse, terms

SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"
LETTER = r"[^\W\d_]"
# Suffixes as people type them; separators in every taste, spaced or not.
MARK = (
    r"(?:e|es|ne|nes|le|les|fe|fes|te|tes|ve|ves|se|ses|ère|ères|rice|rices|ice|ices|trice|trices|"
    r"euse|euses|seuse|seuses|ale|ales)"
)
BROAD = re.compile(
    rf"(?<!{LETTER})({LETTER}{{2,}})"
    rf"(?: ?[·•.] ?{MARK}(?: ?[·•.] ?s)?|-{MARK}(?:-s)?|\({MARK}\)s?|/{MARK})"
    rf"(?![\w@/-])",
    re.IGNORECASE,
)
# Read one by one: places, inversions, sentences; grammar words have no entry in an index.
NOT_FORMS = re.compile(r"villiers-le|chanteloup-les|jouy-le|dans-les|sur-les|\. |un·e·s", re.I)
IRREGULAR = {"tou": ("tout", "toute"), "sociaux": ("social", "sociale")}
ENDINGS = (
    ("eur", "euse"), ("teur", "trice"), ("er", "ère"), ("if", "ive"), ("el", "elle"),
    ("en", "enne"), ("ef", "effe"),
)  # fmt: skip
pytestmark = [
    pytest.mark.seeds,
    pytest.mark.skipif(not SEEDS.is_dir(), reason=f"no real documents in {SEEDS}"),
]


def genders(form: str, base: str) -> tuple[str, str]:
    low = base.lower()
    if low in IRREGULAR:
        return IRREGULAR[low]
    low = low.removesuffix("s")
    if low == "chercheur":
        return low, "chercheure"
    for masculine, feminine in ENDINGS:
        if low.endswith(masculine):
            if masculine == "eur" and not re.search("euse", form, re.I):
                continue
            return low, low.removesuffix(masculine) + feminine
    return low, low + "e"


def occurrences() -> list[tuple[str, int, int, str]]:
    found = []
    for path in sorted(SEEDS.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        found += [
            (text, m.start(), m.end(), m[1])
            for m in BROAD.finditer(text)
            if not NOT_FORMS.search(m.group())
        ]
    return found


def test_every_real_inclusive_form_is_found_by_four_queries():
    cases = occurrences()
    missed = []
    indexed = {text: analyse(text) for text in {case[0] for case in cases}}
    for text, start, end, base in cases:
        form = text[start:end]
        here = {t.text for t in indexed[text] if t.start <= start < t.end}
        masculine, feminine = genders(form, base)
        plural = "sociaux" if masculine == "social" else masculine + "s"
        queries = (masculine, feminine, plural, feminine + "s")
        missed += [(form, query) for query in queries if not here & set(terms(query))]
    assert len(cases) > 400
    assert missed == []
