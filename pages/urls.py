"""Public addresses that Wagtail's own pattern, words and slashes only, cannot hold."""

from django.urls import re_path

from pages import calendar_views

app_name = "pages"
urlpatterns = [
    re_path(
        r"^(?P<path>(?:[\w\-]+/)+)agenda\.ics$", calendar_views.agenda_feed, name="agenda_feed"
    ),
    re_path(
        r"^(?P<path>(?:[\w\-]+/)+)evenement\.ics$", calendar_views.event_file, name="event_file"
    ),
]
