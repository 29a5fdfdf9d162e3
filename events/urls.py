"""Addresses of the registry."""

from django.urls import path

from events import views

app_name = "events"
urlpatterns = [
    path("", views.event_list, name="event_list"),
    path("series/", views.series_list, name="series_list"),
    path("series/<slug:slug>/", views.series_detail, name="series_detail"),
    path("<slug:slug>/", views.event_detail, name="event_detail"),
    path("<slug:slug>/history/", views.event_history, name="event_history"),
]
