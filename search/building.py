"""Writing documents into a Whoosh index: one writer, closed whatever happens."""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from whoosh import index as whoosh_index
from whoosh.filedb.filestore import FileStorage
from whoosh.writing import IndexingError, SegmentWriter

from search import schema, weights
from search.engine import Document

WORDS = "words.jsonl"
LOCK_TIMEOUT = 10  # seconds


def fill(
    location: Path, documents: Iterable[Document], progress: Callable[[int], None] | None
) -> int:
    """Make a new index in an empty directory, and the list of its words; return the count."""
    index = whoosh_index.create_in(str(location), schema.whoosh_schema())
    spellings = weights.Spellings()
    count = 0
    with writer_of(index) as writer:
        for document in documents:
            spellings.add(add(writer, document))
            count += 1
            if progress:
                progress(1)
    with (location / WORDS).open("w", encoding="utf-8") as lines:
        for entry in spellings.entries():
            lines.write(json.dumps(entry, ensure_ascii=False) + "\n")
    return count


def opened(location: Path) -> whoosh_index.FileIndex:
    """The index in a directory; raise what Whoosh raises when it is damaged.

    Files are read, never mapped into memory: one cut short under a mapping kills the whole
    process (SIGBUS), one cut short under a reading is an error like another. It costs nothing
    measurable, postings being read by blocks, and leaves the index out of a worker's memory.
    """
    return whoosh_index.FileIndex(FileStorage(str(location), supports_mmap=False))


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
    weighed = weights.weigh(document)
    stored = {
        "key": document.key,
        "anchor": document.anchor,
        "title": document.title,
        "text": document.text,
    }
    row = json.dumps(weights.row_of(document), separators=(",", ":")).encode()
    writer.add_document(terms=weighed, page=str(document.page_id), row=row, stored=stored)
    return weighed.surfaces


def append_words(location: Path, surfaces: dict[str, str], known: set[str]) -> None:
    """Write the new words at the end of the list, and in `known`."""
    new = weights.suggestible(surfaces, known)
    if new:
        with (location / WORDS).open("a", encoding="utf-8") as lines:
            for surface, spelling in new.items():
                lines.write(json.dumps([surface, spelling, 1], ensure_ascii=False) + "\n")
        known.update(new)


def sweep(directory: Path, current: Path) -> None:
    """Remove the older indexes but one: a reader of the last may still be opening files."""
    others = sorted(
        (path for path in directory.glob("archive-*") if path != current),
        key=lambda path: path.name.rsplit("-", 1)[-1],
    )
    for path in others[:-1]:
        shutil.rmtree(path, ignore_errors=True)
