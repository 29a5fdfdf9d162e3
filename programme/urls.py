"""Addresses of the Programme."""

from django.urls import include, path

from programme import views

app_name = "programme"
pages = [
    path("", views.activity_list, name="activity_list"),
    path("about/", views.programme_about, name="programme_about"),
    path("history/", views.programme_history, name="programme_history"),
    path("partners/", views.programme_partners, name="programme_partners"),
    path("<slug:slug>/", views.activity_detail, name="activity_detail"),
    path("<slug:slug>/history/", views.activity_history, name="activity_history"),
]
# A list's other forms stand at its own path, with a suffix where the list has its last slash.
urlpatterns = [
    path("programme.<csv,xlsx,ics,atom:form>", views.activity_export, name="activity_export"),
    path("programme/", include(pages)),
]
