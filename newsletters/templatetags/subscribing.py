"""`{% subscribe_form %}`: an address and the letters, in any page of any template."""

from typing import Any

from django import template
from django.template import Context

from newsletters.models import Periodical
from newsletters.public_forms import QuickJoinForm, seal
from newsletters.public_pages import notice_for

register = template.Library()


@register.inclusion_tag("newsletters/joining/box.html", takes_context=True)
def subscribe_form(context: Context, title: str = "", text: str = "") -> dict[str, Any]:
    """Nothing where no letter is open, or outside a request (a printed page).

    Needs no cookie and no script: pages that show it can still be cached, up to the day that a
    form stays valid. Errors are shown by the full form it posts to.
    """
    request = context.get("request")
    letters = list(Periodical.objects.open()) if request else []
    if not letters:
        return {}
    # Several in one page must not share their ids.
    rank = request.join_boxes = getattr(request, "join_boxes", 0) + 1
    notice = notice_for(request)
    return {
        "form": QuickJoinForm(open_letters=letters, auto_id=f"inscription-{rank}-%s"),
        "rank": rank,
        "title": title,
        "text": text,
        "notice": notice,
        "sealed": seal(notice, request.path),
    }
