"""Everything the site publishes, one file per family."""

from .base import BasePage, PeriodFields
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
from .recueil import RecueilPage, RecueilVersion, TeamMember
from .settings import CentreSettings
from .taxonomy import ActorType, Territory, Theme

__all__ = [
    "ActorType",
    "BasePage",
    "CentreSettings",
    "CreditedImage",
    "CreditedRendition",
    "ExperienceAuthor",
    "ExperienceContact",
    "ExperienceHolder",
    "ExperienceIndexPage",
    "ExperiencePage",
    "HomePage",
    "Organisation",
    "PeriodFields",
    "Person",
    "RecueilPage",
    "RecueilVersion",
    "TeamMember",
    "Territory",
    "Theme",
]
