"""How a recording kept by another site is played, without calling that site before a click.

The page first offers a link to itself with `?lecteur=1`; only that second page contains the
player, and only its answer allows the host in its content policy. No script is needed, and a
reader who never clicks is never seen by the host (CNIL, recommandation « cookies et autres
traceurs », 2020).
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

AUDIO = (".mp3", ".m4a", ".ogg", ".wav")
VIDEO = (".mp4", ".webm")
PEERTUBE = re.compile(r"^/(?:w|videos/watch)/(?P<id>[\w-]+)/?$")
VIMEO = re.compile(r"^/(?P<id>\d+)/?$")
YOUTUBE_ID = re.compile(r"^[\w-]{11}$")


@dataclass(frozen=True, slots=True)
class Player:
    """`kind`: audio, video, frame, or link when the host's player is unknown to us."""

    kind: str
    src: str
    host: str

    @property
    def policy(self) -> dict[str, list[str]]:
        """What the content policy of the one page with the player must allow."""
        parts = urlsplit(self.src)
        directive = "frame-src" if self.kind == "frame" else "media-src"
        return {directive: ["'self'", f"{parts.scheme}://{parts.netloc}"]}


def player_for(url: str) -> Player:
    """The player of a public address; https only, anything else is a plain link."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    path = parts.path.lower()
    if parts.scheme != "https":
        return Player("link", url, host)
    if path.endswith(AUDIO):
        return Player("audio", url, host)
    if path.endswith(VIDEO):
        return Player("video", url, host)
    frame = _frame(host, parts.path, parts.query)
    return Player("frame", frame, host) if frame else Player("link", url, host)


def _frame(host: str, path: str, query: str) -> str:
    """The host's own embedding address, in its least curious form, or ""."""
    if host in {"youtube.com", "m.youtube.com", "youtu.be"}:
        found = parse_qs(query).get("v", [""])[0] or path.strip("/")
        if YOUTUBE_ID.match(found):
            return f"https://www.youtube-nocookie.com/embed/{found}"
    elif host == "vimeo.com" and (match := VIMEO.match(path)):
        return f"https://player.vimeo.com/video/{match['id']}?dnt=1"
    elif match := PEERTUBE.match(path):
        return f"https://{host}/videos/embed/{match['id']}"
    return ""
