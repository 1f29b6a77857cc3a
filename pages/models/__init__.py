"""Everything the site publishes, one file per family."""

from .base import BasePage, PeriodFields
from .experience import ExperienceIndexPage, ExperiencePage
from .experience_people import ExperienceAuthor, ExperienceContact, ExperienceHolder
from .home import HomePage
from .media import CreditedImage, CreditedRendition
from .people import Organisation, Person
from .review import ReviewAnswer, ReviewLink
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
    "ReviewAnswer",
    "ReviewLink",
    "Territory",
    "Theme",
]
