"""Everything the site publishes, one file per family."""

from .base import BasePage, PeriodFields
from .domains import DomainRedirect
from .experience import ExperienceIndexPage, ExperiencePage
from .experience_people import ExperienceAuthor, ExperienceContact, ExperienceHolder
from .governance import (
    BoardPage,
    Mandate,
    Membership,
    MembersPage,
    Partnership,
    PartnersPage,
)
from .home import HomePage
from .media import CreditedImage, CreditedRendition
from .people import Organisation, Person
from .review import ReviewAnswer, ReviewLink
from .settings import CentreSettings, Funder
from .standard import (
    AccessibilityPage,
    ContactPage,
    LegalNoticePage,
    PrivacyPage,
    StandardPage,
)
from .taxonomy import ActorType, Territory, Theme
from .team import TeamMember, TeamPage

__all__ = [
    "AccessibilityPage",
    "ActorType",
    "BasePage",
    "BoardPage",
    "CentreSettings",
    "ContactPage",
    "CreditedImage",
    "CreditedRendition",
    "DomainRedirect",
    "ExperienceAuthor",
    "ExperienceContact",
    "ExperienceHolder",
    "ExperienceIndexPage",
    "ExperiencePage",
    "Funder",
    "HomePage",
    "LegalNoticePage",
    "Mandate",
    "MembersPage",
    "Membership",
    "Organisation",
    "PartnersPage",
    "Partnership",
    "PeriodFields",
    "Person",
    "PrivacyPage",
    "ReviewAnswer",
    "ReviewLink",
    "StandardPage",
    "TeamMember",
    "TeamPage",
    "Territory",
    "Theme",
]
