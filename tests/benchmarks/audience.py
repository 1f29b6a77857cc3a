"""The screens of the staff on a file of 400,000 people: list, search, filters, segment count.

Whole pages, asked as the browser does. `AUDIENCE_BENCH_SIZE` (default 400000) chooses how many
people. Rows are written by INSERT … SELECT over a series of numbers: seconds, where model instances
take minutes.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.urls import reverse

from cms.wsgi import settle
from newsletters.models import Periodical, Segment, Subscriber, Subscription
from pages.models import Territory, Theme
from tests.builders import make_issue

SIZE = int(os.environ.get("AUDIENCE_BENCH_SIZE", "400000"))
ROUNDS = 20


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
    make_issue(periodical=letters[0]).save_revision()
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


def screens() -> Client:
    """A browser in which somebody with every right is logged in."""
    client = Client()
    user = get_user_model().objects.create_superuser("mesure")
    client.force_login(user)
    return client


def got(client: Client, url: str, query: str) -> None:
    answer = client.get(f"{url}?{query}")
    assert answer.status_code == 200, (query, answer.status_code)


def counted(client: Client, rules: dict[str, Any]) -> None:
    """The live count, as the form under construction asks for it."""
    typed = {"match": "all", **rules}
    answer = client.post(reverse("segments:count"), typed, headers={"Accept": "application/json"})
    assert "joignable" in answer.json()["said"], answer.json()


Asked = dict[str, Callable[[], None]]


def questions(made: dict[str, Any], client: Client) -> Asked:
    """French name → one page or one count."""
    return {**_lists(made, client), **_segments(made, client), **_readers(made, client)}


def _lists(made: dict[str, Any], client: Client) -> Asked:
    first, second = (letter.pk for letter in made["letters"])
    county, town, theme = (made[name].pk for name in ("county", "town", "theme"))
    pages = {
        "toute": "",
        "dernière page": "p=100",
        "par date": "ordering=created_at",
        "par date, dernière page": "ordering=-created_at&p=100",
        "abonné·es d'une lettre": f"state=active&letter={first}",
        "abonné·es d'une lettre, par date": f"state=active&letter={first}&ordering=-created_at",
        "abonné·es, dernière page": "state=active&p=100",
        "en attente": "state=pending",
        "désinscrit·es": "state=left",
        "désinscrit·es, par date": "state=left&ordering=-created_at",
        "désinscrit·es de la seconde": f"state=left&letter={second}",
        "sans abonnement": "state=none",
        "bloqué·es": "state=blocked",
        "lettre": f"letter={second}",
        "type": "actor_type=elu",
        "type, dernière page par date": "actor_type=elu&ordering=created_at&p=100",
        "département": f"place={county}",
        "département, par date": f"place={county}&ordering=-created_at",
        "commune et lettre": f"place={town}&state=active&letter={first}",
        "thème": f"theme={theme}",
        "thème, dernière page": f"theme={theme}&p=100",
        "base légale": "basis=consent",
        "base légale absente": "basis=membership",
        "depuis": "since=2024-01-01",
        "période": "since=2024-01-01&until=2024-01-31",
        "période, par date": "since=2022-01-01&until=2023-12-31&ordering=-created_at",
        "tout à la fois": f"state=active&letter={second}&actor_type=elu&place={county}"
        f"&theme={theme}&since=2021-01-01&until=2024-12-31&basis=consent",
        "adresse": "q=p1234",
        "adresse entière": "q=p7919.1@example.org",
        "nom": "q=nom42",
        "organisme": "q=organisme+7",
        "organisme, par date": "q=organisme&ordering=-created_at",
        "nom et filtres": f"q=nom4&state=active&actor_type=elu&place={county}",
        "rien": "q=zzzz",
    }
    url = reverse("abonnes:index")
    return {f"liste : {name}": partial(got, client, url, query) for name, query in pages.items()}


def _segments(made: dict[str, Any], client: Client) -> Asked:
    second = made["letters"][1].pk
    county, town, theme = (made[name].pk for name in ("county", "town", "theme"))
    segments: dict[str, Any] = {
        "tout le monde": {},
        "type": {"actor_types": ["elu"]},
        "lettre": {"periodicals": [made["letters"][0].pk]},
        "commune": {"territories": [town]},
        "département": {"territories": [county]},
        "thème": {"themes": [theme]},
        "depuis": {"joined_from": "2021-01-01"},
        "jusqu'au": {"joined_until": "2021-01-01"},
        "adhésion": {"member": "oui"},
        "organisme": {"organisation": "isme 12"},
        "thème ou commune": {"match": "any", "themes": [theme], "territories": [town]},
        "lettre ou type": {"match": "any", "periodicals": [second], "actor_types": ["elu"]},
        "tout à la fois": {
            "periodicals": [second], "actor_types": ["elu"], "themes": [theme], "member": "oui",
            "territories": [county], "joined_from": "2021-01-01", "organisation": "isme",
        },
    }  # fmt: skip
    asked: Asked = {
        f"segment : {name}": partial(counted, client, rules) for name, rules in segments.items()
    }
    for name in ("tout le monde", "type", "département", "thème ou commune"):
        segment = Segment.objects.create(name=name, rules=segments[name])
        asked[f"aperçu : {name}"] = partial(
            got, client, reverse("segments:inspect", args=[segment.pk]), ""
        )
    return asked


def _readers(made: dict[str, Any], client: Client) -> Asked:
    url = reverse("mailings:preview_as", args=[made["letters"][0].issues.get().pk])
    texts = ("p1234", "nom42", "organisme 7", "zzzz")
    return {f"voir comme : {text}": partial(got, client, url, f"q={text}") for text in texts}


def run() -> dict[str, dict[str, float | str | None]]:
    asked = questions(fill(), screens())
    for ask in asked.values():
        ask()
    settle()  # as a web server's process is
    return {name: _timed(ask) for name, ask in asked.items()}


def _timed(ask: Callable[[], None]) -> dict[str, float | str | None]:
    """The 95th percentile, in ms."""
    times = []
    for _round in range(ROUNDS):
        started = time.perf_counter()
        ask()
        times.append((time.perf_counter() - started) * 1000)
    p95 = statistics.quantiles(times, n=20)[18]
    return {"value": min(p95, max(times)), "unit": "ms p95", "baseline": None, "ratio": None}
