"""Addresses of consultations, of what the States say in them, and of their positions on editions."""

app_name = "consultations"
urlpatterns = []
