"""Everything the site publishes, one file per family."""

from .action import ActionPage
from .action_index import ActionIndexPage
from .agenda import AgendaPage
from .base import BasePage, PeriodFields
from .documents import CentreDocument
from .dossier import DossierIndexPage, DossierPage
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
from .publication import PublicationIndexPage, PublicationPage
from .publication_parts import (
    Collection,
    Licence,
    PublicationAuthor,
    PublicationFile,
    PublicationKind,
    PublicationOrganisation,
)
from .recording import RecordingIndexPage, RecordingPage, RecordingSpeaker
from .recueil import RecueilPage, RecueilTeamMember, RecueilVersion
from .resource import Resource
from .settings import CentreSettings
from .taxonomy import ActorType, Territory, Theme
from .toolbox import Scheme, ToolboxIndexPage, ToolPage, ToolVersion

__all__ = [
    "ActionFormat",
    "ActionIndexPage",
    "ActionListing",
    "ActionPage",
    "ActorType",
    "AgendaPage",
    "BasePage",
    "CentreDocument",
    "CentreSettings",
    "Collection",
    "CreditedImage",
    "CreditedRendition",
    "DossierIndexPage",
    "DossierPage",
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
    "Licence",
    "Organisation",
    "PeriodFields",
    "Person",
    "ProgrammeAxis",
    "ProgrammePage",
    "PublicationAuthor",
    "PublicationFile",
    "PublicationIndexPage",
    "PublicationKind",
    "PublicationOrganisation",
    "PublicationPage",
    "RecordingIndexPage",
    "RecordingPage",
    "RecordingSpeaker",
    "RecueilPage",
    "RecueilTeamMember",
    "RecueilVersion",
    "Resource",
    "Scheme",
    "Session",
    "Territory",
    "Theme",
    "ToolPage",
    "ToolVersion",
    "ToolboxIndexPage",
]
