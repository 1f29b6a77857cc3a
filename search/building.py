"""Writing documents into a Whoosh index: one writer, closed whatever happens."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from whoosh import index as whoosh_index
from whoosh.writing import IndexingError, SegmentWriter

from search import schema
from search.engine import Document

WORDS = "words.jsonl"
LOCK_TIMEOUT = 10  # seconds
# Below, every word is worth suggesting; above, a word seen once is more often a misprint.
_SMALL = 2_000


def fill(
    location: Path, documents: Iterable[Document], progress: Callable[[int], None] | None
) -> int:
    """Make a new index in an empty directory, and the list of its words; return the count."""
    index = whoosh_index.create_in(str(location), schema.whoosh_schema())
    words: Counter[str] = Counter()
    spellings: dict[str, str] = {}
    count = 0
    with writer_of(index) as writer:
        for document in documents:
            surfaces = add(writer, document)
            words.update(surfaces.keys())
            for surface, spelling in surfaces.items():
                if spelling != surface or surface not in spellings:
                    spellings[surface] = spelling
            count += 1
            if progress:
                progress(1)
    least = 1 if count < _SMALL else 2
    with (location / WORDS).open("w", encoding="utf-8") as lines:
        for surface, number in words.items():
            if number >= least and surface.isalpha():
                entry = [surface, spellings[surface], number]
                lines.write(json.dumps(entry, ensure_ascii=False) + "\n")
    return count


@contextmanager
def writer_of(index: whoosh_index.FileIndex) -> Iterator[SegmentWriter]:
    writer = index.writer(timeout=LOCK_TIMEOUT, limitmb=64)
    # Lengths are in the weights already: Whoosh would look for a file of lengths, which does
    # not exist, once for every posting (a fifth of a rebuild).
    writer.codec.length_stats = False
    try:
        yield writer
        writer.commit()
    except BaseException:
        try:
            writer.cancel()
        except IndexingError:
            # The commit itself failed half-way: the writer calls itself closed, yet holds on.
            writer.writelock.release()
        raise


def add(writer: SegmentWriter, document: Document) -> dict[str, str]:
    terms, surfaces = schema.weigh(document)
    stored = {
        "key": document.key,
        "anchor": document.anchor,
        "title": document.title,
        "text": document.text,
    }
    row = json.dumps(schema.row_of(document), separators=(",", ":")).encode()
    writer.add_document(terms=terms, page=str(document.page_id), row=row, stored=stored)
    return surfaces


def append_words(location: Path, surfaces: dict[str, str], known: set[str]) -> None:
    """Write the new words at the end of the list, and in `known`."""
    new = {s: spelling for s, spelling in surfaces.items() if s.isalpha() and s not in known}
    if new:
        with (location / WORDS).open("a", encoding="utf-8") as lines:
            for surface, spelling in new.items():
                lines.write(json.dumps([surface, spelling, 1], ensure_ascii=False) + "\n")
        known.update(new)
