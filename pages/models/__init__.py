"""Everything the site publishes, one file per family."""

from .agenda import AgendaPage
from .base import BasePage, PeriodFields
from .event import EventPage
from .event_parts import EventMaterial, EventOrganiser, EventOutcome, EventSpeaker, Session
from .experience import (
    ExperienceAuthor,
    ExperienceContact,
    ExperienceHolder,
    ExperienceIndexPage,
    ExperiencePage,
)
from .formats import ActionFormat
from .home import HomePage
from .job import JobIndexPage, JobPage
from .media import CreditedImage, CreditedRendition
from .people import Organisation, Person
from .settings import CentreSettings
from .taxonomy import ActorType, Territory, Theme

__all__ = [
    "ActionFormat",
    "ActorType",
    "AgendaPage",
    "BasePage",
    "CentreSettings",
    "CreditedImage",
    "CreditedRendition",
    "EventMaterial",
    "EventOrganiser",
    "EventOutcome",
    "EventPage",
    "EventSpeaker",
    "ExperienceAuthor",
    "ExperienceContact",
    "ExperienceHolder",
    "ExperienceIndexPage",
    "ExperiencePage",
    "HomePage",
    "JobIndexPage",
    "JobPage",
    "Organisation",
    "PeriodFields",
    "Person",
    "Session",
    "Territory",
    "Theme",
]
