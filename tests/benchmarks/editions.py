"""The four editions of a realistic issue of 25 items, together: what a preview or a check costs.

Each round changes every title, so that nothing the print compiler remembers can serve; the
baseline is the same four from the same letter, remembered. `issue_to_four` counts fetching the
issue too. `four_cpu` is the work itself, all threads added up: neighbours on the same cores
lengthen the others and leave it as it is. The aim is 150 ms for the four, 90 kB for the mail.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from time import process_time
from typing import Any

from django.test.utils import override_settings

from tests.benchmarks.render import IN_MEMORY, _figure, _issue, _kilobytes, _milliseconds


def _varied(letter: Any, n: int) -> Any:
    sections = tuple(
        replace(s, items=tuple(replace(i, title=f"{i.title} {n}") for i in s.items))
        for s in letter.sections
    )
    return replace(letter, sections=sections)


def run() -> dict[str, dict[str, Any]]:
    with override_settings(STORAGES=IN_MEMORY), _issue(25) as fetch:
        return _measured(fetch)


def _measured(fetch: Callable[[], Any]) -> dict[str, dict[str, Any]]:
    from newsletters.editions import email, print, text, web
    from newsletters.letter import compose
    from newsletters.printing import materials

    letter = compose(fetch())
    found = materials(fetch(), letter)
    rounds = count()

    def printed(shown: Any) -> Any:
        return print.render(shown, files=found.files, sheets=found.sheets, funders=found.funders)

    def four(shown: Any) -> None:
        for edition in (email, text, web):
            edition.render(shown)
        printed(shown)

    def from_the_issue() -> None:
        issue = fetch()
        composed = compose(issue)
        materials(issue, composed)
        four(_varied(composed, next(rounds)))

    same = _milliseconds(lambda: four(letter))
    return {
        "editions.four_25_items (réf. : déjà vue)": _figure(
            _milliseconds(lambda: four(_varied(letter, next(rounds)))), "ms", same
        ),
        "editions.four_cpu_25_items": _figure(
            _milliseconds(lambda: four(_varied(letter, next(rounds))), process_time), "ms"
        ),
        "editions.print_25_items": _figure(
            _milliseconds(lambda: printed(_varied(letter, next(rounds)))), "ms"
        ),
        "editions.issue_to_four_25_items": _figure(_milliseconds(from_the_issue), "ms"),
        "editions.mail_weight_25_items": _figure(_kilobytes(email.render(letter)), "ko"),
        "editions.print_weight_25_items": _figure(round(len(printed(letter).pdf) / 1_000, 1), "ko"),
    }
