"""French typography: what the editions do not correct by themselves."""

import re
from collections.abc import Iterator

from newsletters.preflight_checks.draft import Draft, Finding, Level, Passage, Place

_ADDRESS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+")
_RULES = (
    ("straight-quotes", re.compile(r'"[^"\n]+"'), "des guillemets droits", "« »"),
    ("missing-space", re.compile(r"[^\W\d_][;!?](?=\s|$)|[^\W\d_]:(?=\s)"),
     "un signe double sans espace devant", "une espace avant ; : ! ?"),
    ("three-dots", re.compile(r"(?<!\.)\.{3}(?!\.)"), "trois points", "le caractère « … »"),
    ("double-space", re.compile(r"\S {2,}\S"), "des espaces répétées", "une seule espace"),
)  # fmt: skip
# One issue, one spelling: two recueils mixed three of them.
_INCLUSIVE = {
    "point médian (·)": re.compile(r"[^\W\d_]{2,}·[^\W\d_]+"),
    "point (.)": re.compile(r"\b[^\W\d_]{3,}\.(?:e|ne|se|le|ve|ère|rice|trice|euse)(?:\.?s)?\b"),
    "parenthèses": re.compile(r"\b[^\W\d_]{2,}\((?:e|ne|se|rice|trice|euse)\)s?"),
    "tirets": re.compile(r"\b[^\W\d_]{3,}-(?:e|ne|rice|trice)(?:-s|s)?\b"),
}


def typography(draft: Draft) -> Iterator[Finding]:
    for passage in draft.passages:
        text = _ADDRESS.sub("@", passage.text)
        for code, pattern, what, instead in _RULES:
            if found := pattern.search(text):
                yield Finding(
                    code,
                    Level.WARN,
                    f"Il y a {what} : « {found[0].strip()} »",
                    passage.place,
                    "La typographie française se voit, surtout dans une lettre imprimée.",
                    f"Écrivez {instead}.",
                )


def inclusive_spelling(draft: Draft) -> Iterator[Finding]:
    seen: dict[str, tuple[str, Place]] = {}
    for passage in draft.passages:
        for style, example in _styles(passage):
            seen.setdefault(style, (example, passage.place))
    if len(seen) > 1:
        examples = ", ".join(f"{style} : « {word} »" for style, (word, _) in seen.items())
        yield Finding(
            "inclusive-mixed",
            Level.WARN,
            f"Plusieurs graphies inclusives se côtoient ({examples})",
            list(seen.values())[-1][1],
            "Un numéro écrit d'une seule façon se lit mieux, et se cherche mieux.",
            "Gardez la même partout, de préférence le point médian.",
        )


def _styles(passage: Passage) -> Iterator[tuple[str, str]]:
    text = _ADDRESS.sub("@", passage.text)
    for style, pattern in _INCLUSIVE.items():
        if found := pattern.search(text):
            yield style, found[0]
