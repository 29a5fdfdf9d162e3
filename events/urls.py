"""Addresses of the registry."""

from django.urls import include, path

from events import views

app_name = "events"
pages = [
    path("", views.event_list, name="event_list"),
    path("map/", views.event_map, name="event_map"),
    path("calendar/", views.event_calendar, name="event_calendar"),
    path("timeline/", views.event_timeline, name="event_timeline"),
    path("series/", views.series_list, name="series_list"),
    path("series.<csv,xlsx:form>", views.series_export, name="series_export"),
    path("series/<slug:slug>/", views.series_detail, name="series_detail"),
    path("lessons/", views.lesson_list, name="lesson_list"),
    path("lessons.<csv,xlsx,atom:form>", views.lesson_export, name="lesson_export"),
    path("lessons/<slug:slug>/", views.lesson_detail, name="lesson_detail"),
    path("lessons/<slug:slug>/history/", views.lesson_history, name="lesson_history"),
    path("<slug:slug>/", views.event_detail, name="event_detail"),
    path("<slug:slug>/history/", views.event_history, name="event_history"),
]
# A list's other forms stand at its own path, with a suffix where the list has its last slash.
urlpatterns = [
    path("events.<csv,xlsx,ics,atom:form>", views.event_export, name="event_export"),
    path("events/", include(pages)),
]
