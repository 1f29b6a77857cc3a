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
from .importing import STALLED, SubscriberImport
from .issue import IssueCoProducer, IssuePage
from .mail_link import MailLink
from .mailing import Delivery, DeliveryEvent, Equation, Mailing
from .periodical import Periodical, PeriodicalPage, SectionTemplate
from .segment import Segment
from .sending import RateLimit, SendingRules
from .upkeep import AudienceMonth, Chore

__all__ = [
    "STALLED",
    "AppendOnlyError",
    "Attempt",
    "AudienceMonth",
    "Chore",
    "ConsentEvent",
    "Delivery",
    "DeliveryEvent",
    "Equation",
    "Errand",
    "IssueCoProducer",
    "IssuePage",
    "MailLink",
    "Mailing",
    "Periodical",
    "PeriodicalPage",
    "RateLimit",
    "SectionTemplate",
    "Segment",
    "SendingRules",
    "Subscriber",
    "SubscriberImport",
    "Subscription",
    "Suppression",
    "normalise",
]
