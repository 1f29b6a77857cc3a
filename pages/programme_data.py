"""schema.org descriptions (JSON-LD) of the actions and of the programmes."""

from typing import TYPE_CHECKING, Any

from pages.linked_data import described

if TYPE_CHECKING:
    from pages.models.action import ActionPage
    from pages.models.programme import ProgrammePage


def series(page: "ActionPage") -> dict[str, Any]:
    """https://schema.org/EventSeries"""
    first, last = page.period_earliest, page.period_latest
    return described(
        page,
        "EventSeries",
        identifier=page.code,
        startDate=first.isoformat() if first else "",
        endDate=last.isoformat() if last else "",
        about=[theme.name for theme in page.themes.all()],
        audience={"@type": "Audience", "audienceType": page.audiences} if page.audiences else None,
    )


def document(page: "ProgrammePage") -> dict[str, Any]:
    """https://schema.org/CreativeWork, whose parts are the actions, each once."""
    return described(
        page,
        "CreativeWork",
        temporalCoverage=str(page.year or ""),
        creativeWorkStatus=page.get_status_display(),
        hasPart=[
            {"@type": "EventSeries", "name": action.title, "url": action.full_url or ""}
            for action in page.shown_actions()
        ],
    )
