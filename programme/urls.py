"""Addresses of the Programme."""

from django.urls import path

from programme import views

app_name = "programme"
urlpatterns = [
    path("", views.activity_list, name="activity_list"),
    path("about/", views.programme_about, name="programme_about"),
    path("history/", views.programme_history, name="programme_history"),
    path("partners/", views.programme_partners, name="programme_partners"),
    path("<slug:slug>/", views.activity_detail, name="activity_detail"),
    path("<slug:slug>/history/", views.activity_history, name="activity_history"),
]
