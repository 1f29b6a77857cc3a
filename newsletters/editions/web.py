"""The web edition: a semantic fragment for the issue's page; its classes start with `letter-`."""

from django.template.loader import render_to_string

from newsletters.editions import laid_out
from newsletters.letter import Letter, Visibility
from pages.typography import NARROW


def render(letter: Letter) -> str:
    """HTML to set inside the page's main content, below its h1; no personal token in it."""
    shown = laid_out(letter, Visibility.WEB, NARROW)
    return render_to_string("newsletters/web/letter.html", {"letter": shown})
