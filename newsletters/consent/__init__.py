"""Who may be written to. The only writer of the audience tables: every change leaves its proof."""

from newsletters.consent.by_hand import NotEnrolled, add_theme, enrol_by_hand
from newsletters.consent.changing import (
    AddressTaken,
    address_number,
    ask_move,
    choose,
    describe,
    move,
)
from newsletters.consent.enrolling import enrol
from newsletters.consent.erasing import erase, forget_address
from newsletters.consent.joining import (
    LINK_DAYS,
    Demand,
    LinkClosed,
    ask,
    confirm,
    purge_unconfirmed,
    renew,
)
from newsletters.consent.leaving import (
    explain,
    leave,
    leave_all,
    leave_by_mail,
    undo_leaving,
)
from newsletters.consent.notice import Notice, joining_notice
from newsletters.consent.portability import personal_data
from newsletters.consent.refusing import Refusals, refuse_all
from newsletters.consent.reports import block, complain, unblock
from newsletters.consent.suppression import suppressed, suppressed_since

__all__ = [
    "LINK_DAYS",
    "AddressTaken",
    "Demand",
    "LinkClosed",
    "NotEnrolled",
    "Notice",
    "Refusals",
    "add_theme",
    "address_number",
    "ask",
    "ask_move",
    "block",
    "choose",
    "complain",
    "confirm",
    "describe",
    "enrol",
    "enrol_by_hand",
    "erase",
    "explain",
    "forget_address",
    "joining_notice",
    "leave",
    "leave_all",
    "leave_by_mail",
    "move",
    "personal_data",
    "purge_unconfirmed",
    "refuse_all",
    "renew",
    "suppressed",
    "suppressed_since",
    "unblock",
    "undo_leaving",
]
