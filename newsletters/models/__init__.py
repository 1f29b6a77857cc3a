"""Series and issues, the audience, and the ledger of what was sent."""

from .audience import (
    AppendOnlyError,
    ConsentEvent,
    Subscriber,
    Subscription,
    Suppression,
    normalise,
)
from .importing import STALLED, SubscriberImport
from .issue import IssueCoProducer, IssuePage
from .mailing import Delivery, DeliveryEvent, Equation, Mailing
from .periodical import Periodical, PeriodicalPage, SectionTemplate
from .sending import RateLimit, SendingRules

__all__ = [
    "STALLED",
    "AppendOnlyError",
    "ConsentEvent",
    "Delivery",
    "DeliveryEvent",
    "Equation",
    "IssueCoProducer",
    "IssuePage",
    "Mailing",
    "Periodical",
    "PeriodicalPage",
    "RateLimit",
    "SectionTemplate",
    "SendingRules",
    "Subscriber",
    "SubscriberImport",
    "Subscription",
    "Suppression",
    "normalise",
]
