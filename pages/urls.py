"""Public addresses beside the page tree: citations to download, calendars to subscribe to."""

from django.urls import re_path

from pages import calendar_views, citation_views

app_name = "pages"
urlpatterns = [
    re_path(
        r"^(?P<path>(?:[\w\-]+/)+)citer\.(?P<form>ris|bib|json)$",
        citation_views.cite,
        name="cite",
    ),
    re_path(
        r"^(?P<path>(?:[\w\-]+/)+)agenda\.ics$", calendar_views.agenda_feed, name="agenda_feed"
    ),
    re_path(
        r"^(?P<path>(?:[\w\-]+/)+)evenement\.ics$", calendar_views.event_file, name="event_file"
    ),
]
