"""Public addresses of the letters."""

from django.urls import path

from newsletters import click_views, feeds, views

app_name = "newsletters"
urlpatterns = [
    # In every letter ever sent: never change it without keeping the old one.
    path("lettre/desinscription/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("l/<str:token>", click_views.follow, name="follow"),
    path("flux/serie/<slug:code>.<slug:format>", feeds.series_feed, name="series_feed"),
]
