"""Addresses of legislation."""

from django.urls import include, path

from legislation import views

app_name = "legislation"
pages = [
    path("", views.instrument_list, name="instrument_list"),
    path("matrix/", views.theme_matrix, name="theme_matrix"),
    path("matrix.<csv,xlsx:form>", views.theme_matrix_export, name="theme_matrix_export"),
    path("treaties/", views.treaty_list, name="treaty_list"),
    path("treaties.<csv,xlsx:form>", views.treaty_list_export, name="treaty_list_export"),
    path("<slug:slug>/", views.instrument_detail, name="instrument_detail"),
    path("<slug:slug>/treaty/", views.treaty_detail, name="treaty_detail"),
    path("<slug:slug>/treaty.<csv,xlsx:form>", views.treaty_export, name="treaty_export"),
    path("<slug:slug>/history/", views.instrument_history, name="instrument_history"),
]
# A list's other forms stand at its own path, with a suffix where the list has its last slash.
urlpatterns = [
    path("legislation.<csv,xlsx,atom:form>", views.instrument_export, name="instrument_export"),
    path("legislation/", include(pages)),
]
