"""Public addresses of the content, beside the pages Wagtail serves."""

from django.urls import path

from pages import feeds

app_name = "pages"
urlpatterns = [
    path("flux/", feeds.listing, name="feeds"),
    path("flux/<slug:kind>.<slug:format>", feeds.feed, name="feed"),
    path("flux/<slug:kind>/<slug:theme>.<slug:format>", feeds.feed, name="feed"),
]
