"""Which player a host's address gets; nothing is loaded from plain http."""

import pytest

from pages.players import player_for

ADDRESSES = [
    ("https://media.example.org/a/voix.MP3", "audio", "https://media.example.org/a/voix.MP3"),
    ("https://media.example.org/film.webm?x=1", "video", "https://media.example.org/film.webm?x=1"),
    (
        "https://www.youtube.com/watch?v=abcdefghijk&t=3",
        "frame",
        "https://www.youtube-nocookie.com/embed/abcdefghijk",
    ),
    ("https://youtu.be/abcdefghijk", "frame", "https://www.youtube-nocookie.com/embed/abcdefghijk"),
    ("https://vimeo.com/123456", "frame", "https://player.vimeo.com/video/123456?dnt=1"),
    ("https://tube.example.org/w/aZ-9_b", "frame", "https://tube.example.org/videos/embed/aZ-9_b"),
    ("https://example.org/emission", "link", "https://example.org/emission"),
    ("http://media.example.org/voix.mp3", "link", "http://media.example.org/voix.mp3"),
    ('https://youtu.be/"><script>', "link", 'https://youtu.be/"><script>'),
]


@pytest.mark.parametrize(("url", "kind", "src"), ADDRESSES)
def test_each_address_gets_its_player(url, kind, src):
    player = player_for(url)
    assert (player.kind, player.src) == (kind, src)


def test_the_policy_opens_to_the_host_of_the_player_only():
    framed = player_for("https://youtu.be/abcdefghijk")
    assert framed.policy == {"frame-src": ["'self'", "https://www.youtube-nocookie.com"]}
    heard = player_for("https://media.example.org/voix.mp3")
    assert heard.policy == {"media-src": ["'self'", "https://media.example.org"]}
