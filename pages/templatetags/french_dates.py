"""Days as French writes them, in templates."""

from datetime import date

from django import template

from pages import dates

register = template.Library()


@register.filter
def long_day(day: date) -> str:
    """« mardi 3 novembre 2026 »"""
    return dates.long_day(day)


@register.filter
def month_label(day: date) -> str:
    """« novembre 2026 »"""
    return dates.Month.of(day).label
