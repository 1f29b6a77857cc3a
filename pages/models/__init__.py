"""Everything the site publishes, one file per family."""

from .base import BasePage, PeriodFields
from .documents import CentreDocument
from .dossier import DossierIndexPage, DossierPage
from .experience import (
    ExperienceAuthor,
    ExperienceContact,
    ExperienceHolder,
    ExperienceIndexPage,
    ExperiencePage,
)
from .home import HomePage
from .media import CreditedImage, CreditedRendition
from .people import Organisation, Person
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
from .resource import Resource
from .settings import CentreSettings
from .taxonomy import ActorType, Territory, Theme
from .toolbox import Scheme, ToolboxIndexPage, ToolPage, ToolVersion

__all__ = [
    "ActorType",
    "BasePage",
    "CentreDocument",
    "CentreSettings",
    "Collection",
    "CreditedImage",
    "CreditedRendition",
    "DossierIndexPage",
    "DossierPage",
    "ExperienceAuthor",
    "ExperienceContact",
    "ExperienceHolder",
    "ExperienceIndexPage",
    "ExperiencePage",
    "HomePage",
    "Licence",
    "Organisation",
    "PeriodFields",
    "Person",
    "PublicationAuthor",
    "PublicationFile",
    "PublicationIndexPage",
    "PublicationKind",
    "PublicationOrganisation",
    "PublicationPage",
    "RecordingIndexPage",
    "RecordingPage",
    "RecordingSpeaker",
    "Resource",
    "Scheme",
    "Territory",
    "Theme",
    "ToolPage",
    "ToolVersion",
    "ToolboxIndexPage",
]
