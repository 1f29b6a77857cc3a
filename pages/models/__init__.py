"""Everything the site publishes, one file per family."""

from .action import ActionPage
from .action_index import ActionIndexPage
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
from .programme import ActionListing, ProgrammeAxis, ProgrammePage
from .settings import CentreSettings
from .taxonomy import ActorType, Territory, Theme

__all__ = [
    "ActionFormat",
    "ActionIndexPage",
    "ActionListing",
    "ActionPage",
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
    "ProgrammeAxis",
    "ProgrammePage",
    "Session",
    "Territory",
    "Theme",
]
