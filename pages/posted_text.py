"""What a form receives, without the control characters that come with a paste from a file.

No reader sees them and no writer means them, but PostgreSQL refuses a NUL inside a rich text, and
XML 1.0 (§2.2) refuses all of them: one would take a feed down. Removed before any check, they
cost the editor nothing.
"""

import re

from django.http import QueryDict

_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\ufffe\uffff]")
# Word's « soft » line break and form feed: they part two words.
_BREAK = re.compile("[\x0b\x0c]")
# The same inside the JSON of a rich text; an even number of backslashes before is text.
_ESCAPED = re.compile(r"(?<!\\)((?:\\\\)*)\\(?:u00(?P<code>[01][0-9a-f])|(?P<page>f))", re.I)
_SPACES = {"0b", "0c"}
_ALLOWED = {"09", "0a", "0d"}


def without_controls(data: QueryDict) -> QueryDict:
    """The same object when there is nothing to remove."""
    cleaned = {
        name: [_cleaned(value) for value in values]
        for name, values in data.lists()
        if any(_cleaned(value) != value for value in values)
    }
    if not cleaned:
        return data
    data = data.copy()
    for name, values in cleaned.items():
        data.setlist(name, values)
    return data


def _cleaned(value: str) -> str:
    value = _BREAK.sub(" ", _CONTROL.sub("", value))
    return _ESCAPED.sub(_unescaped, value) if value.startswith("{") else value


def _unescaped(found: re.Match[str]) -> str:
    code = (found["code"] or "0c").lower()
    if code in _ALLOWED:
        return found[0]
    return found[1] + (" " if code in _SPACES else "")
