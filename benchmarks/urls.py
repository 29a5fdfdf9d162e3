"""The portal's addresses and the two yardsticks."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from benchmarks import views
from kms.urls import urlpatterns as portal

yardsticks = [
    path("benchmarks/a/", views.yardstick_a, name="yardstick_a"),
    path("benchmarks/d/", views.yardstick_d, name="yardstick_d"),
]
urlpatterns = [*i18n_patterns(path("", include((yardsticks, "benchmarks")))), *portal]
