"""The tables of one index in PostgreSQL: making, filling, changing, reading, dropping them.

`NAME` holds what a search scans, `NAME_text` what a result shows, `NAME_words` what is suggested.
"""

# ruff: noqa: S608  the only names written into the statements are of our own making

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from django.db import connection, transaction

from search import weights
from search.engine import FACETS, Document
from search.vectors import tsvector, units

_PREFIX = "search_archive_"
_BATCH = 200
_FACETS = ", ".join(f"f_{name}" for name in FACETS)
_SUFFIXES = ("", "_text", "_words")
# Vectors beside the rest of their row: fetching them from elsewhere, or uncompressing them, for
# each document that matches, would take longer than the search itself.
_MAKE = """
CREATE TABLE IF NOT EXISTS search_archive (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    name text NOT NULL, generation bigint NOT NULL
);
CREATE TABLE {name} (
    id bigint NOT NULL, page_id bigint NOT NULL, grp text NOT NULL, day integer NOT NULL,
    {facets}, units real[] NOT NULL, vector tsvector NOT NULL
) WITH (toast_tuple_target = 8160);
CREATE TABLE {name}_text (
    id bigint NOT NULL, key text NOT NULL, anchor text NOT NULL, title text NOT NULL,
    body text NOT NULL
);
CREATE TABLE {name}_words (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    surface text NOT NULL UNIQUE, spelling text NOT NULL, documents integer NOT NULL
);
"""
# After the rows are in: ten times faster than row by row. No pending list: readers would scan it.
_FINISH = """
ALTER TABLE {name} ADD PRIMARY KEY (id);
ALTER TABLE {name}_text ADD PRIMARY KEY (id);
CREATE INDEX ON {name} (page_id);
CREATE INDEX ON {name} USING gin (vector) WITH (fastupdate = off);
ANALYZE {name};
ANALYZE {name}_text;
"""


def prefix() -> str:
    """How the tables of this version of the code are named."""
    return f"{_PREFIX}{weights.version()}_"


def current(cursor: Any) -> tuple[str, int] | None:
    """The index in use and how many commits it has seen."""
    cursor.execute("SELECT to_regclass('search_archive') IS NOT NULL")
    if not cursor.fetchone()[0]:
        return None
    cursor.execute("SELECT name, generation FROM search_archive")
    found = cursor.fetchone()
    return (str(found[0]), int(found[1])) if found else None


def point_at(cursor: Any, name: str) -> None:
    """Make it the index in use, or say that it changed."""
    cursor.execute(
        "INSERT INTO search_archive (name, generation) VALUES (%s, 1) ON CONFLICT (one) "
        "DO UPDATE SET name = EXCLUDED.name, generation = search_archive.generation + 1",
        [name],
    )


def fill(name: str, documents: Iterable[Document], progress: Callable[[int], None] | None) -> int:
    """Make the tables and fill them, each batch committed; return the number of documents."""
    with transaction.atomic(), connection.cursor() as cursor:
        facets = ", ".join(f"f_{facet} text[] NOT NULL" for facet in FACETS)
        cursor.execute(_MAKE.format(name=name, facets=facets))
    spellings = weights.Spellings()
    count = 0
    rest = iter(documents)
    # Read before it is written: the documents come from this same connection.
    while batch := list(islice(rest, _BATCH)):
        with transaction.atomic(), connection.cursor() as cursor:
            for surfaces in _copied(cursor, name, batch, count + 1):
                spellings.add(surfaces)
        count += len(batch)
        if progress:
            progress(len(batch))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_FINISH.format(name=name))
        with cursor.copy(f"COPY {name}_words (surface, spelling, documents) FROM STDIN") as rows:
            for entry in spellings.entries():
                rows.write_row(entry)
    return count


def _copied(
    cursor: Any, name: str, documents: Iterable[Document], number: int
) -> list[dict[str, str]]:
    """Write rows numbered from `number` on; return the words of each document."""
    weighed = [(document, weights.weigh(document)) for document in documents]
    columns = f"id, page_id, grp, day, {_FACETS}, units, vector"
    with cursor.copy(f"COPY {name} ({columns}) FROM STDIN") as rows:
        for offset, (document, made) in enumerate(weighed):
            rows.write_row(
                (
                    number + offset, document.page_id, _clean(document.group), document.date,
                    *([_clean(value) for value in facet] for facet in weights.facets_of(document)),
                    units(made), tsvector(made),
                )
            )  # fmt: skip
    with cursor.copy(f"COPY {name}_text (id, key, anchor, title, body) FROM STDIN") as rows:
        for offset, (document, _made) in enumerate(weighed):
            shown = (document.key, document.anchor, document.title, document.text)
            rows.write_row((number + offset, *map(_clean, shown)))
    return [made.surfaces for _document, made in weighed]


def replace(cursor: Any, name: str, documents: Iterable[Document], page_ids: set[int]) -> None:
    """Remove everything of these pages, add the documents, learn their words."""
    cursor.execute(
        f"DELETE FROM {name} WHERE page_id = ANY(%s) RETURNING id",
        [sorted(page_ids)],
    )
    ids = [row[0] for row in cursor.fetchall()]
    cursor.execute(f"DELETE FROM {name}_text WHERE id = ANY(%s)", [ids])
    cursor.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {name}")
    number = cursor.fetchone()[0]
    learnt: dict[str, str] = {}
    for surfaces in _copied(cursor, name, documents, number):
        learnt |= surfaces
    new = weights.suggestible(learnt, ())
    cursor.execute(
        f"INSERT INTO {name}_words (surface, spelling, documents) "
        "SELECT surface, spelling, 1 FROM unnest(%s::text[], %s::text[]) AS new (surface, spelling)"
        f" WHERE NOT EXISTS (SELECT 1 FROM {name}_words AS old WHERE old.surface = new.surface)",
        [[*new], [*new.values()]],
    )


def page_ids(cursor: Any, name: str, generation: int) -> set[int]:
    cursor.execute(f"SELECT DISTINCT page_id FROM {name}")
    return {row[0] for row in cursor.fetchall()}


def words(cursor: Any, name: str, start: int) -> list[tuple[str, str, int]]:
    cursor.execute(
        f"SELECT surface, spelling, documents FROM {name}_words WHERE id > %s ORDER BY id",
        [start],
    )
    return [(str(surface), str(spelling), int(n)) for surface, spelling, n in cursor.fetchall()]


def last_word(cursor: Any, name: str, generation: int) -> int:
    cursor.execute(f"SELECT coalesce(max(id), 0) FROM {name}_words")
    return int(cursor.fetchone()[0])


def counts(cursor: Any, name: str, generation: int) -> tuple[str, int, int, int]:
    """Name, documents, pages, bytes."""
    size = " + ".join(f"pg_total_relation_size('{name}{suffix}')" for suffix in _SUFFIXES)
    cursor.execute(f"SELECT count(*), count(DISTINCT page_id), {size} FROM {name}")
    documents, pages, total = cursor.fetchone()
    return name, int(documents), int(pages), int(total)


def texts(cursor: Any, name: str, ids: list[int]) -> dict[int, dict[str, Any]]:
    """What a hit shows, by id."""
    cursor.execute(
        "SELECT id, key, page_id, anchor, title, body, coalesce(f_type[1], ''), "
        f"coalesce(f_kind[1], '') FROM {name} JOIN {name}_text USING (id) WHERE id = ANY(%s)",
        [ids],
    )
    names = ("key", "page_id", "anchor", "title", "text", "type", "kind")
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in cursor.fetchall()}


def sweep(kept: str) -> None:
    """Drop the older indexes but the last: a reader may have just read its name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() "
            "AND tablename ~ %s",
            [f"^{_PREFIX}[0-9a-f]+_[0-9]+$"],
        )
        found = sorted((row[0] for row in cursor.fetchall()), key=lambda n: n.rsplit("_", 1)[1])
    drop([name for name in found if name != kept][:-1])


def drop(names: Iterable[str]) -> None:
    for name in names:
        tables = ", ".join(f"{name}{suffix}" for suffix in _SUFFIXES)
        with transaction.atomic(), connection.cursor() as cursor:
            # Never make readers queue behind this.
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            cursor.execute(f"DROP TABLE IF EXISTS {tables}")


def _clean(text: str) -> str:
    """What PostgreSQL refuses in a text."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
