"""Series and issues, the audience, and the ledger of what was sent."""

from .audience import (
    AppendOnlyError,
    ConsentEvent,
    Subscriber,
    Subscription,
    Suppression,
    normalise,
)
from .errand import Attempt, Errand
from .issue import IssueCoProducer, IssuePage
from .mailing import Delivery, DeliveryEvent, Equation, Mailing
from .periodical import Periodical, PeriodicalPage, SectionTemplate
from .sending import RateLimit, SendingRules

__all__ = [
    "AppendOnlyError",
    "Attempt",
    "ConsentEvent",
    "Delivery",
    "DeliveryEvent",
    "Equation",
    "Errand",
    "IssueCoProducer",
    "IssuePage",
    "Mailing",
    "Periodical",
    "PeriodicalPage",
    "RateLimit",
    "SectionTemplate",
    "SendingRules",
    "Subscriber",
    "Subscription",
    "Suppression",
    "normalise",
]
