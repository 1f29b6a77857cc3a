"""Everything the site publishes, one file per family."""

from .action import ActionPage
from .action_index import ActionIndexPage
from .agenda import AgendaPage
from .base import BasePage, PeriodFields
from .documents import CentreDocument
from .domains import DomainRedirect
from .dossier import DossierIndexPage, DossierPage
from .event import EventPage
from .event_parts import EventMaterial, EventOrganiser, EventOutcome, EventSpeaker, Session
from .experience import ExperienceIndexPage, ExperiencePage
from .experience_people import ExperienceAuthor, ExperienceContact, ExperienceHolder
from .formats import ActionFormat
from .governance import BoardPage, Mandate, Membership, MembersPage, Partnership, PartnersPage
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
from .record import ProgrammeVersion
from .recording import RecordingIndexPage, RecordingPage, RecordingSpeaker
from .recueil import RecueilPage, RecueilTeamMember, RecueilVersion
from .resource import Resource
from .review import ReviewAnswer, ReviewLink
from .settings import CentreSettings, Funder
from .standard import AccessibilityPage, ContactPage, LegalNoticePage, PrivacyPage, StandardPage
from .taxonomy import ActorType, Territory, Theme
from .team import TeamMember, TeamPage
from .toolbox import Scheme, ToolboxIndexPage, ToolPage, ToolVersion

__all__ = [
    "AccessibilityPage",
    "ActionFormat",
    "ActionIndexPage",
    "ActionListing",
    "ActionPage",
    "ActorType",
    "AgendaPage",
    "BasePage",
    "BoardPage",
    "CentreDocument",
    "CentreSettings",
    "Collection",
    "ContactPage",
    "CreditedImage",
    "CreditedRendition",
    "DomainRedirect",
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
    "Funder",
    "HomePage",
    "JobIndexPage",
    "JobPage",
    "LegalNoticePage",
    "Licence",
    "Mandate",
    "MembersPage",
    "Membership",
    "Organisation",
    "PartnersPage",
    "Partnership",
    "PeriodFields",
    "Person",
    "PrivacyPage",
    "ProgrammeAxis",
    "ProgrammePage",
    "ProgrammeVersion",
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
    "ReviewAnswer",
    "ReviewLink",
    "Scheme",
    "Session",
    "StandardPage",
    "TeamMember",
    "TeamPage",
    "Territory",
    "Theme",
    "ToolPage",
    "ToolVersion",
    "ToolboxIndexPage",
]
