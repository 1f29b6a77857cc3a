"""Public addresses of the search."""

from django.urls import URLPattern

app_name = "newssearch"
urlpatterns: list[URLPattern] = []
