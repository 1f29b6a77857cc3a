"""Addresses of the content's own views, beside the pages Wagtail serves."""

from django.urls import path

from pages import review_views

app_name = "pages"
urlpatterns = [
    path("relecture/<str:token>/", review_views.sheet_review, name="review"),
]
