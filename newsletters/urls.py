"""Public addresses of the letters."""

from django.urls import path

from newsletters import views

app_name = "newsletters"
urlpatterns = [
    # In every letter ever sent: never change it without keeping the old one.
    path("lettre/desinscription/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
