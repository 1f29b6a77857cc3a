"""Public addresses that Wagtail's own pattern, words and slashes only, cannot hold."""

from django.urls import re_path

from pages import citation_views

app_name = "pages"
urlpatterns = [
    re_path(
        r"^(?P<path>(?:[\w\-]+/)+)citer\.(?P<form>ris|bib|json)$",
        citation_views.cite,
        name="cite",
    ),
]
