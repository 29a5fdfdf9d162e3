"""Addresses of legislation."""

from django.urls import path

from legislation import views

app_name = "legislation"
urlpatterns = [
    path("", views.instrument_list, name="instrument_list"),
    path("<slug:slug>/", views.instrument_detail, name="instrument_detail"),
    path("<slug:slug>/treaty/", views.treaty_detail, name="treaty_detail"),
    path("<slug:slug>/history/", views.instrument_history, name="instrument_history"),
]
