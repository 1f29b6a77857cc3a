"""What the project holder reads of a sheet, reduced to one hash: has it changed since?

Bookkeeping does not count: dates, slugs, the stage itself, the identifiers that the editor gives
to blocks and paragraphs.
"""

import hashlib
import json
import re
from typing import Any

from wagtail.models import Page

# Followed by the centre, not read by the holder.
METHOD_FIELDS = {
    "stage", "interview_date", "validated_by", "validated_on", "validation_proof",
    "reviewed_fingerprint", "import_notes", "page_ptr", "pk",
}  # fmt: skip
_EDITOR_KEYS = re.compile(r' data-block-key="[^"]*"')
# The editor writes <b> and <i> whatever the import wrote.
_SYNONYMS = (("strong>", "b>"), ("em>", "i>"))


def fingerprint(page: Page) -> str:
    """64 hexadecimal digits; equal when a reader could see no difference."""
    text = json.dumps(content_of(page), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def content_of(page: Page) -> dict[str, Any]:
    """The sheet's own fields, by name, without bookkeeping."""
    inherited = {field.name for field in Page._meta.get_fields()} - {"title"}
    ignored = inherited | METHOD_FIELDS | {"wagtail_admin_comments"}
    data = page.serializable_data()
    return {name: bare(value) for name, value in data.items() if name not in ignored}


def bare(value: Any) -> Any:
    """The value without identifiers; a stream (JSON text) as data."""
    if isinstance(value, str):
        if value.startswith(("[", "{")):
            try:
                return bare(json.loads(value))
            except ValueError:
                pass
        value = _EDITOR_KEYS.sub("", value)
        for written, edited in _SYNONYMS:
            value = value.replace(written, edited)
        return value
    if isinstance(value, dict):
        dropped = {"pk", "page", "sort_order"} if "sort_order" in value else {"id"}
        kept = {name: bare(part) for name, part in value.items() if name not in dropped}
        # What code left out of a block, the editor posts as an empty text: no change of content.
        return {name: part for name, part in kept.items() if part not in (None, "")}
    if isinstance(value, list):
        # Keys of a many-to-many relation come in any order.
        keys_only = all(isinstance(part, int) for part in value)
        return sorted(value) if keys_only else [bare(part) for part in value]
    return value
