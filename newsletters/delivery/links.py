"""Clicks counted per link: the same address for every reader, so that nobody can be followed.

The frozen letter keeps its own addresses. In the bytes that leave, each becomes a short one of the
site, which adds one to a count and leads on. The text part keeps the real addresses.
"""

import html
import re
from collections.abc import Mapping
from typing import Final

from django.conf import settings
from django.urls import reverse

from newsletters.models import Mailing, MailLink
from newsletters.tokens import click_token

# Our own template writes the letter: attributes are double-quoted.
_HREF: Final = re.compile(r'(<a\b[^>]*?\bhref=")(https?://[^"]+)(")', re.IGNORECASE)
_STAND_IN: Final = "0"
_LARGEST: Final = 999_999
_MOST: Final = 999


def write_links(mailing: Mailing) -> None:
    """Number the addresses of a letter that is being frozen, if its series counts clicks.

    Personal links are not among them: leaving is nobody's business.
    """
    if not mailing.issue.periodical.counts_clicks:
        return
    found = (html.unescape(match[2]) for match in _HREF.finditer(mailing.html))
    urls = list(dict.fromkeys(url for url in found if "%%" not in url))
    MailLink.objects.bulk_create(
        (MailLink(mailing=mailing, number=n, url=url) for n, url in enumerate(urls, 1)),
        ignore_conflicts=True,
    )


def counted(mailing: Mailing) -> str:
    """The HTML that leaves: addresses written down at the freeze become the counting ones."""
    if mailing.pk is None:
        return mailing.html
    numbers = {link.url: link.number for link in mailing.links.all()}
    return _counting(mailing.html, mailing.pk, numbers) if numbers else mailing.html


def counted_at_most(content: str) -> str:
    """The same for a letter not frozen yet, with addresses as long as they may get: to weigh it."""
    urls = (html.unescape(match[2]) for match in _HREF.finditer(content))
    return _counting(content, _LARGEST, {url: _MOST for url in urls if "%%" not in url})


def _counting(content: str, mailing_id: int, numbers: Mapping[str, int]) -> str:
    path = reverse("newsletters:follow", args=[_STAND_IN])
    before, after = (settings.WAGTAILADMIN_BASE_URL.rstrip("/") + path).rsplit(_STAND_IN, 1)

    def counting(match: re.Match[str]) -> str:
        number = numbers.get(html.unescape(match[2]))
        if number is None:
            return match[0]
        return f"{match[1]}{before}{click_token(mailing_id, number)}{after}{match[3]}"

    return _HREF.sub(counting, content)
