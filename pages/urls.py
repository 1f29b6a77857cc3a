"""Public addresses beside the page tree: citations to download, calendars to subscribe to."""

from django.urls import path, re_path

from pages import calendar_views, citation_views, feeds, review_views

app_name = "pages"
urlpatterns = [
    path("flux/", feeds.listing, name="feeds"),
    path("flux/<slug:kind>.<slug:format>", feeds.feed, name="feed"),
    path("flux/<slug:kind>/<slug:theme>.<slug:format>", feeds.feed, name="feed"),
    # Wagtail's own pattern, words and slashes only, cannot hold a file's name.
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
    path("relecture/<str:token>/", review_views.sheet_review, name="review"),
    path(
        "relecture/<str:token>/fichiers/<int:document_id>/",
        review_views.draft_file,
        name="review_file",
    ),
]
