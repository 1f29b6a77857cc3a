"""The codes that programmes give to their actions: A1, A2, A8 bis, A10, MA1."""

import re

LATIN = {"bis": "2", "ter": "3", "quater": "4", "quinquies": "5"}
DIGITS = 6


def natural_key(code: str) -> str:
    """A text that sorts as readers count: A2 before A10, A8 bis between A8 and A9, MA1 last.

    Letters and digits only: the collations of PostgreSQL skip spaces and signs.
    """
    words = re.findall(r"\d+|[^\W\d_]+", code.casefold())
    return "".join(
        word.zfill(DIGITS) if word.isdecimal() else LATIN.get(word, word) for word in words
    )
