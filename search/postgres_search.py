"""The one statement that answers a search: match, score, filter, count, keep the best."""

# ruff: noqa: S608  the only names written into the statements are of our own making

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from search.engine import FACETS, SearchRequest
from search.queries import Clause
from search.scoring import LEAST_SHARE, NEAR_SHARE, damped
from search.vectors import Sql, all_of, any_of, score, tsquery

_COLUMNS = ", ".join(f"f_{name}" for name in FACETS)


@dataclass(frozen=True, slots=True)
class Row:
    """`what`: hit, total, exact or the name of a facet; `number`: id of the document or count."""

    what: str
    value: str
    number: int
    score: float
    exact: bool


def idf(frequency: int, count: int) -> float:
    return math.log(1 + max(count - frequency, 0) / (frequency + 0.5) + 0.05)


def frequencies(table: str, clauses: Sequence[Clause | None]) -> Sql:
    """How many documents hold each clause; None stands for all documents."""
    counts = ", ".join(
        f"(SELECT count(*) FROM {table}{' WHERE vector @@ %s::tsquery' if clause else ''})"
        for clause in clauses
    )
    params = tuple(tsquery(clause) for clause in clauses if clause)
    return Sql(f"SELECT {counts}", params)


def exact_matches(table: str, request: SearchRequest, most: int) -> Sql:
    """How many documents hold everything that was asked, counted up to `most`."""
    gone = _not_gone(request)
    return Sql(
        f"SELECT count(*) FROM (SELECT 1 FROM {table} "
        f"WHERE vector @@ %s::tsquery{gone.text} LIMIT {most}) AS found",
        (all_of(request.query.clauses), *gone.params),
    )


def statement(
    table: str, request: SearchRequest, weights: Mapping[Clause, float], *, approximate: bool
) -> Sql:
    """`weights`: idf of each clause, 0 for one that no document holds."""
    clauses = request.query.clauses
    if not clauses:
        matched = _everything(table, request)
    elif approximate:
        matched = Sql.joined(
            [_all(table, request, weights), _some(table, request, weights)], " UNION ALL "
        )
    else:
        matched = _all(table, request, weights)
    filters = {name: sorted(wanted) for name, wanted in request.filters.items() if wanted}
    passing = _passing(filters)
    ok = "".join(f" AND ok_{name}" for name in filters)
    by_date = request.sort == "date" or not clauses
    order = "day DESC, score DESC" if by_date else "score DESC, day DESC"
    counts = "".join(
        f" UNION ALL SELECT '{name}', value, count(*), 0, true FROM kept, unnest(f_{name}) AS value"
        f" WHERE true{ok.replace(f' AND ok_{name}', '')} GROUP BY value"
        for name in FACETS
    )
    text = (
        f"WITH matched AS MATERIALIZED ({matched.text}), "
        f"one AS (SELECT * FROM matched WHERE grp = '' UNION ALL (SELECT DISTINCT ON (grp) * "
        "FROM matched WHERE grp <> '' ORDER BY grp, exact DESC, score DESC, id)), "
        f"kept AS MATERIALIZED (SELECT *{passing.text} FROM one), "
        f"best AS (SELECT id, score, exact FROM kept WHERE true{ok} "
        f"ORDER BY exact DESC, {order}, id LIMIT %s OFFSET %s) "
        "SELECT 'hit', '', id, score, exact FROM best"
        f" UNION ALL SELECT 'total', '', count(*), 0, true FROM kept WHERE true{ok}"
        f" UNION ALL SELECT 'exact', '', count(*), 0, true FROM kept WHERE exact{ok}{counts}"
    )
    return Sql(text, (*matched.params, *passing.params, request.limit, request.offset))


def _all(table: str, request: SearchRequest, weights: Mapping[Clause, float]) -> Sql:
    clauses = request.query.clauses
    terms = [(score(clause), weights[clause]) for clause in clauses]
    # One word cannot be compared with others: its rarity changes no order.
    worth = " + ".join(f"{part.text} * {weight:.6f}" for part, weight in terms)
    gone = _not_gone(request)
    return Sql(
        f"SELECT id, grp, day, {_COLUMNS}, ({worth}) AS score, true AS exact "
        f"FROM {table} WHERE vector @@ %s::tsquery{gone.text}",
        (*(p for part, _weight in terms for p in part.params), all_of(clauses), *gone.params),
    )


def _some(table: str, request: SearchRequest, weights: Mapping[Clause, float]) -> Sql:
    """Documents holding but part of the query, scored down by what they lack; what they hold near a
    word counts for a share of it. As `search.scoring.some_of` does, without `search.passages`."""
    query = request.query
    weights = dict(zip(weights, damped([*weights.values()]), strict=True))
    pairs = zip(query.clauses, query.loosened or query.clauses, strict=True)
    parts = [_part(asked, near, weights) for asked, near in pairs if weights[near]]
    if not parts:
        return _nothing(table)
    whole = sum(part.value for part in parts)
    tests = [(f"m{n}", part.asked) for n, part in enumerate(parts) if part.asked]
    tests += [(f"n{n}", part.near) for n, part in enumerate(parts) if part.near]
    # Each test is made once: OFFSET 0 keeps the planner from copying it to each place.
    tested = ", ".join(f"vector @@ %s::tsquery AS {name}" for name, _clause in tests)
    worth = Sql.joined([part.worth(n) for n, part in enumerate(parts)], " + ")
    held = " + ".join(part.held(n) for n, part in enumerate(parts))
    gone = _not_gone(request)
    found = any_of(tuple(clause for _name, clause in tests))
    return Sql(
        f"SELECT id, grp, day, {_COLUMNS}, ({worth.text}) * ({held}) / {whole:.6f} AS score, "
        f"false AS exact FROM {table}, LATERAL (SELECT {tested} OFFSET 0) AS tested "
        f"WHERE vector @@ %s::tsquery AND NOT vector @@ %s::tsquery "
        f"AND ({held}) >= {LEAST_SHARE * whole - 1e-5:.6f}{gone.text}",
        (
            *worth.params, *(tsquery(clause) for _name, clause in tests),
            found, all_of(query.clauses), *gone.params,
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Part:
    """What was `asked`, None when nothing holds it, and what is `near`, None when that is all;
    `value`: what holding it counts for."""

    asked: Clause | None
    near: Clause | None
    value: float
    weights: Mapping[Clause, float]

    def worth(self, number: int) -> Sql:
        cases = [(f"m{number}", self.asked), (f"n{number}", self.near)]
        whens = [(test, score(clause), self.weights[clause]) for test, clause in cases if clause]
        text = " ".join(f"WHEN {test} THEN {sql.text} * {idf:.6f}" for test, sql, idf in whens)
        return Sql(f"CASE {text} ELSE 0 END", tuple(p for _, sql, _ in whens for p in sql.params))

    def held(self, number: int) -> str:
        asked = f"WHEN m{number} THEN {self.value:.6f} " if self.asked else ""
        near = f"WHEN n{number} THEN {self.value * NEAR_SHARE:.6f} " if self.near else ""
        return f"CASE {asked}{near}ELSE 0 END"


def _part(asked: Clause, near: Clause, weights: Mapping[Clause, float]) -> _Part:
    return _Part(
        asked if weights[asked] else None,
        near if near != asked else None,
        weights[asked] or weights[near],
        weights,
    )


def _everything(table: str, request: SearchRequest) -> Sql:
    if request.query.text and not request.query.excluded:
        return _nothing(table)
    gone = _not_gone(request)
    return Sql(
        f"SELECT id, grp, day, {_COLUMNS}, 0.0 AS score, true AS exact "
        f"FROM {table} WHERE true{gone.text}",
        gone.params,
    )


def _nothing(table: str) -> Sql:
    return Sql(
        f"SELECT id, grp, day, {_COLUMNS}, 0.0 AS score, true AS exact FROM {table} WHERE false"
    )


def _not_gone(request: SearchRequest) -> Sql:
    """Without what is hidden, nor what the query excludes."""
    text, params = "", []
    if request.query.excluded:
        text += " AND NOT vector @@ %s::tsquery"
        params.append(any_of(request.query.excluded))
    if request.hidden:
        text += " AND page_id <> ALL(%s)"
        params.append(sorted(request.hidden))
    return Sql(text, tuple(params))


def _passing(filters: Mapping[str, Sequence[str]]) -> Sql:
    return Sql(
        "".join(f", f_{name} && %s::text[] AS ok_{name}" for name in filters),
        tuple(list(wanted) for wanted in filters.values()),
    )
