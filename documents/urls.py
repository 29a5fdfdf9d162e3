"""Addresses of documents; without a language prefix."""

from django.urls import path

from documents import views

app_name = "documents"
urlpatterns = [path("<uuid:uuid>/<str:name>", views.document_download, name="document_download")]
