"""Public addresses of the letters."""

from django.urls import path

from newsletters import click_views, feeds, joining_views, preferences_views, views

app_name = "newsletters"
urlpatterns = [
    # In every letter ever sent: never change these two without keeping the old ones.
    path("lettre/desinscription/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("l/<str:token>", click_views.follow, name="follow"),
    path("lettre/choix/<str:token>/", preferences_views.preferences, name="preferences"),
    path("lettre/desinscription/<str:token>/raison/", views.explain_leaving, name="explain"),
    path("lettre/desinscription-annulee/<str:token>/", views.undo, name="undo"),
    path("lettre/inscription/", joining_views.join, name="join"),
    path("lettre/inscription/demande-recue/", joining_views.join_done, name="join_done"),
    path("lettre/confirmation/<str:token>/", joining_views.confirm_joining, name="confirm"),
    path("lettre/confirmation/<str:token>/renvoyer/", joining_views.renew_link, name="renew"),
    path("lettre/continuer/<str:token>/", joining_views.continue_reading, name="stay"),
    path("lettre/mon-lien/", preferences_views.ask_link, name="link"),
    path("lettre/mon-lien/demande-recue/", preferences_views.link_done, name="link_done"),
    path("lettre/mes-donnees/<str:token>/", preferences_views.own_data, name="own_data"),
    path("lettre/mes-donnees/<str:token>/copie/", preferences_views.export, name="export"),
    path("lettre/mes-donnees/<str:token>/suppression/", preferences_views.erase, name="erase"),
    path("lettre/nouvelle-adresse/<str:token>/", preferences_views.move, name="move"),
    path("flux/serie/<slug:code>.<slug:format>", feeds.series_feed, name="series_feed"),
]
