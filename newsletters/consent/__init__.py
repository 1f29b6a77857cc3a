"""Who may be written to. The only writer of the audience tables: every change leaves its proof."""

from newsletters.consent.enrolling import enrol
from newsletters.consent.leaving import leave
from newsletters.consent.reports import block, complain, unblock
from newsletters.consent.suppression import suppressed

__all__ = ["block", "complain", "enrol", "leave", "suppressed", "unblock"]
