"""The screens of the staff on a file of 400,000 people: list, search, filters, segment count.

`AUDIENCE_BENCH_SIZE` (default 400000) chooses how many. Rows are written by INSERT … SELECT over
a series of numbers: seconds, where model instances take minutes.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import connection
from django.test import RequestFactory

from newsletters.audience_admin.counting import letters_for, reachable
from newsletters.audience_admin.people import SubscriberIndex
from newsletters.models import IssuePage, Periodical, Subscriber, Subscription
from newsletters.seen_as import search
from pages.models import Territory, Theme

SIZE = int(os.environ.get("AUDIENCE_BENCH_SIZE", "400000"))
ROUNDS = 12
PAGE = 50


def _numbers() -> str:
    if connection.vendor == "postgresql":
        return f"SELECT n FROM generate_series(1, {SIZE}) AS s(n)"
    return (
        f"WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {SIZE}) "
        "SELECT n FROM s"
    )


def fill() -> dict[str, Any]:
    """The file, and what the questions are about."""
    letters = [
        Periodical.objects.create(
            code=code, title=code, sender_name="Centre", sender_email="lettre@example.org"
        )
        for code in ("resonances", "speciale")
    ]
    county = Territory.objects.create(name="Val d'Oise", kind="departement")
    towns = [Territory.objects.create(name=f"Commune {n}", kind="commune") for n in range(100)]
    for town in towns[:40]:
        town.parents.add(county)
        town.save()
    themes = [Theme.objects.create(code=f"t{n}", name=f"Thème {n}") for n in range(9)]
    _insert(letters, towns, themes)
    return {"letters": letters, "county": county, "town": towns[3], "theme": themes[2]}


def _insert(letters: list[Periodical], towns: list[Territory], themes: list[Theme]) -> None:
    """One in twenty has left, one in fifty is blocked, one in ten has the second letter."""
    places, subjects = Subscriber.territories.through, Subscriber.themes.through
    day = "'2026-01-01 08:00:00'"
    if connection.vendor == "postgresql":
        joined = "timestamp '2020-01-01' + (n % 2000) * interval '1 day'"
        text, day = "n::text", f"timestamp with time zone {day}"
    else:
        joined, text = "datetime('2020-01-01', '+' || (n % 2000) || ' days')", "n"
    source = f"FROM ({_numbers()}) AS numbers"
    yes, no = ("true", "false") if connection.vendor == "postgresql" else ("1", "0")
    table = Subscriber._meta.db_table
    actors = "CASE n % 4 WHEN 0 THEN 'elu' WHEN 1 THEN 'etat' ELSE 'association' END"
    mail = f"'p' || ((n % 20011) * 7919) || '.' || {text} || '@example.org'"
    statements = [
        f"INSERT INTO {table} (id, email, email_key, wanted_email, first_name, last_name, "
        "organisation, job_title, actor_type, is_member, source, created_at, last_action_at, "
        f"blocked_at, blocked_reason) SELECT n, {mail}, {mail}, '', 'Prénom', "
        f"'Nom' || ((n * 31) % 5000), 'Organisme ' || ((n * 17) % 3000), '', {actors}, "
        f"CASE WHEN n % 5 = 0 THEN {yes} ELSE {no} END, '', {joined}, {joined}, "
        f"CASE WHEN n % 50 = 0 THEN {day} END, '' {source}",
        _subscriptions(letters[0].pk, day, source, ""),
        _subscriptions(letters[1].pk, day, source, "WHERE n % 10 = 0"),
        f"INSERT INTO {places._meta.db_table} (subscriber_id, territory_id) "
        f"SELECT n, {towns[0].pk} + n % 100 {source}",
        f"INSERT INTO {subjects._meta.db_table} (subscriber_id, theme_id) "
        f"SELECT n, {themes[0].pk} + n % 9 {source}",
    ]
    with _without_indexes(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    with connection.cursor() as cursor:
        # What autovacuum does soon after an import: without it no index answers alone.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


@contextmanager
def _without_indexes() -> Iterator[None]:
    """Built once the rows are there: a quarter of the time. PostgreSQL asks no foreign key either,
    which takes its superuser, as creating the benchmark's database nearly does."""
    kept = [(model, index) for model in (Subscriber, Subscription) for index in model._meta.indexes]
    with connection.schema_editor() as editor:
        for model, index in kept:
            editor.remove_index(model, index)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
    yield
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = DEFAULT")
    with connection.schema_editor() as editor:
        for model, index in kept:
            editor.add_index(model, index)


def _subscriptions(letter: int, day: str, source: str, where: str) -> str:
    return (
        f"INSERT INTO {Subscription._meta.db_table} (subscriber_id, periodical_id, state, basis, "
        f"basis_source, created_at, asked_at, left_reason) SELECT n, {letter}, "
        f"CASE WHEN n % 20 = 0 THEN 'left' ELSE 'active' END, 'consent', '', {day}, {day}, '' "
        f"{source} {where}"
    )


class _Everything:
    """A user with every right, who need not be in the database."""

    is_active = is_superuser = True
    pk = None

    def has_perm(self, right: str) -> bool:
        return True


def page(query: str) -> int:
    """What the list asks of the database for one page: choice, bounded count, rows, letters."""
    request = RequestFactory().get(f"/?{query}")
    request.user = _Everything()  # type: ignore[assignment]
    view = SubscriberIndex(model=Subscriber)
    view.setup(request)
    view.ordering = "email_key"
    rows = view.get_queryset()
    paginator = view.get_paginator(rows, PAGE)
    shown = paginator.get_page(request.GET.get("p"))
    return len(list(shown)) + paginator.count


def questions(made: dict[str, Any]) -> dict[str, Callable[[], int]]:
    """French name → what is asked of the database."""
    letters, county, town, theme = made["letters"], made["county"], made["town"], made["theme"]
    first, second = letters[0].pk, letters[1].pk
    pages = {
        "toute": "",
        "dernière page": "p=100",
        "abonné·es d'une lettre": f"state=active&letter={first}",
        "désinscrit·es": "state=left",
        "désinscrit·es de la seconde": f"state=left&letter={second}",
        "sans abonnement": "state=none",
        "bloqué·es": "state=blocked",
        "type": "actor_type=elu",
        "département": f"place={county.pk}",
        "commune et lettre": f"place={town.pk}&state=active&letter={first}",
        "thème": f"theme={theme.pk}",
        "base légale absente": "basis=membership",
        "période": "since=2024-01-01&until=2024-01-31",
        "adresse": "q=p1234",
        "nom": "q=nom42",
        "organisme": "q=organisme+7",
        "rien": "q=zzzz",
    }
    segments: dict[str, Any] = {
        "tout le monde": {},
        "type": {"actor_types": ["elu"]},
        "lettre": {"periodicals": [first]},
        "département": {"territories": [county.pk]},
        "thème ou commune": {"match": "any", "themes": [theme.pk], "territories": [town.pk]},
        "tout à la fois": {
            "match": "all", "periodicals": [second], "actor_types": ["elu"], "themes": [theme.pk],
            "territories": [county.pk], "joined_from": "2021-01-01",
        },
        "adhésion": {"member": True},
        "organisme": {"organisation": "isme 12"},
    }  # fmt: skip
    asked: dict[str, Callable[[], int]] = {
        f"liste : {name}": partial(page, query) for name, query in pages.items()
    }
    asked |= {f"segment : {name}": partial(reachable, rules) for name, rules in segments.items()}
    previews = ("tout le monde", "type", "département", "thème ou commune")
    asked |= {f"aperçu : {name}": partial(preview, segments[name]) for name in previews}
    issue = IssuePage(periodical=letters[0])
    for text in ("p1234", "nom42", "isme 7", "zzzz"):
        asked[f"voir comme : {text}"] = partial(lambda text: len(search(issue, text)), text)
    return asked


def preview(rules: dict[str, Any]) -> int:
    """The numbers of the page of a segment, by letter."""
    return sum(count for _letter, count in letters_for(rules))


def run() -> dict[str, dict[str, float | str | None]]:
    return {name: _timed(ask) for name, ask in questions(fill()).items()}


def _timed(ask: Callable[[], int]) -> dict[str, float | str | None]:
    """The 95th percentile, in ms."""
    ask()
    times = []
    for _round in range(ROUNDS):
        started = time.perf_counter()
        ask()
        times.append((time.perf_counter() - started) * 1000)
    p95 = statistics.quantiles(times, n=20)[18]
    return {"value": min(p95, max(times)), "unit": "ms p95", "baseline": None, "ratio": None}
