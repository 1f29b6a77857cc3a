"""Who may be written to. The only writer of the audience tables: every change leaves its proof."""

from newsletters.consent.access import ACCESS_HOURS, access_to, ask_access, barred, bearer
from newsletters.consent.by_hand import NotEnrolled, add_theme, enrol_by_hand
from newsletters.consent.changing import (
    AddressTaken,
    address_number,
    ask_move,
    choose,
    describe,
    forget_unanswered_moves,
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
from newsletters.consent.reports import block, complain, drop_new_address, unblock
from newsletters.consent.retention import (
    anonymise_old,
    erase_silent,
    question_left,
    question_lost,
    remind_silent,
    stay,
)
from newsletters.consent.suppression import suppressed, suppressed_since

__all__ = [
    "ACCESS_HOURS",
    "LINK_DAYS",
    "AddressTaken",
    "Demand",
    "LinkClosed",
    "NotEnrolled",
    "Notice",
    "Refusals",
    "access_to",
    "add_theme",
    "address_number",
    "anonymise_old",
    "ask",
    "ask_access",
    "ask_move",
    "barred",
    "bearer",
    "block",
    "choose",
    "complain",
    "confirm",
    "describe",
    "drop_new_address",
    "enrol",
    "enrol_by_hand",
    "erase",
    "erase_silent",
    "explain",
    "forget_address",
    "forget_unanswered_moves",
    "joining_notice",
    "leave",
    "leave_all",
    "leave_by_mail",
    "move",
    "personal_data",
    "purge_unconfirmed",
    "question_left",
    "question_lost",
    "refuse_all",
    "remind_silent",
    "renew",
    "stay",
    "suppressed",
    "suppressed_since",
    "unblock",
    "undo_leaving",
]
