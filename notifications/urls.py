"""Addresses of notifications: pages under the language prefix, and the link in mails without."""

from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("desk/notifications/", views.notification_list, name="notification_list"),
    path("desk/notifications/<int:pk>/open/", views.notification_open, name="notification_open"),
    path("desk/watches/", views.watch_list, name="watch_list"),
    path("desk/watches/new/", views.watch_create, name="watch_create"),
    path("account/notifications/", views.preferences, name="preferences"),
]

mail_patterns = [path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe")]
