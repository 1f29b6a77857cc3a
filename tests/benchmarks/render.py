"""From the issue to its mail: four sections and 20 items; then four editions of 25.

Baselines, measured in the same run: the mail rendered once per recipient, as engines that
personalise in the template do (per message, beside our share of one rendering over 4,000), and
the same templates filled without being compiled by MJML.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from time import perf_counter
from typing import Any

from django.db import transaction
from django.test.utils import override_settings

ROUNDS = 30
RECIPIENTS = 4_000
IN_MEMORY = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


def _milliseconds(job: Callable[[], object], clock: Callable[[], float] = perf_counter) -> float:
    job()
    times = []
    for _ in range(ROUNDS):
        start = clock()
        job()
        times.append((clock() - start) * 1_000)
    return round(median(times), 2)


@contextmanager
def _issue(items: int) -> Iterator[Callable[[], Any]]:
    """Yields what fetches the issue afresh, as a request or a worker does; then forgets it."""
    from newsletters.models import IssuePage
    from tests.newsletters.sample import make_full_issue

    with transaction.atomic():
        key = make_full_issue(items=items).pk
        yield lambda: IssuePage.objects.get(pk=key)
        transaction.set_rollback(True)


def _figure(value: float, unit: str, baseline: float | None = None) -> dict[str, Any]:
    ratio = round(baseline / value, 1) if baseline and value else None
    return {"value": value, "unit": unit, "baseline": baseline, "ratio": ratio}


def run() -> dict[str, dict[str, Any]]:
    with override_settings(STORAGES=IN_MEMORY):
        with _issue(20) as fetch:
            figures = _mail(fetch, "20_items")
        with _issue(25) as fetch:
            return figures | _editions(fetch, "25_items")


def _mail(fetch: Callable[[], Any], size: str) -> dict[str, dict[str, Any]]:
    from newsletters.editions import email, laid_out
    from newsletters.letter import Visibility, compose
    from pages.typography import WIDE

    letter = compose(fetch())
    whole = _milliseconds(lambda: email.render(compose(fetch())))
    template = _milliseconds(lambda: email.source(laid_out(letter, Visibility.MAIL, WIDE)))
    mail = _milliseconds(lambda: email.render(letter))
    return {
        f"render.issue_to_mail_{size}": _figure(whole, "ms"),
        f"render.compose_{size}": _figure(_milliseconds(lambda: compose(fetch())), "ms"),
        f"render.email_{size} (réf. : sans MJML)": _figure(mail, "ms", template),
        "render.par_message (réf. : un rendu chacun)": _figure(
            round(whole / RECIPIENTS, 4), "ms", mail
        ),
        f"render.email_weight_{size}": _figure(_kilobytes(email.render(letter)), "ko"),
    }


def _editions(fetch: Callable[[], Any], size: str) -> dict[str, dict[str, Any]]:
    from newsletters.editions import email, text, web
    from newsletters.letter import compose

    def editions() -> None:
        letter = compose(fetch())
        for edition in (email, text, web):
            edition.render(letter)

    weight = _kilobytes(email.render(compose(fetch())))
    return {
        f"render.three_editions_{size}": _figure(_milliseconds(editions), "ms"),
        f"render.email_weight_{size}": _figure(weight, "ko"),
    }


def _kilobytes(html: str) -> float:
    return round(len(html.encode()) / 1_000, 1)
