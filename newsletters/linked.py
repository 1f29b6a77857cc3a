"""What a page of the web says of itself: proposed to the editor who pastes its address."""

from dataclasses import dataclass

from bs4 import BeautifulSoup

from newsletters import outside
from newsletters.outside import Failure, Unreachable
from newsletters.richtext import plain

# The head of a page is enough: titles come before the content.
_HEAD_BYTES = 200_000
_TITLE_LENGTH = 200
_MEDIA_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Described:
    """Plain text, "" when the page does not say."""

    title: str
    media: str


def describe(url: str) -> Described:
    """The title and the medium of a page. Raises Unreachable, also for what is not a page."""
    answer = outside.fetch(url, max_bytes=_HEAD_BYTES)
    if answer.status >= 400 or "html" not in answer.content_type.lower():
        raise Unreachable(Failure.BROKEN)
    soup = BeautifulSoup(answer.body, "html.parser")
    title = _meta(soup, "og:title") or plain(soup.title.get_text() if soup.title else "")
    return Described(title[:_TITLE_LENGTH], _meta(soup, "og:site_name")[:_MEDIA_LENGTH])


def _meta(soup: BeautifulSoup, name: str) -> str:
    tag = soup.find("meta", property=name) or soup.find("meta", attrs={"name": name})
    return plain(tag.get("content")) if tag else ""
