"""All addresses: pages under a language prefix, machines' addresses and the admin without."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps import views as sitemap_views
from django.urls import include, path
from django.views.decorators.http import require_safe
from django_q.models import Failure, OrmQ, Schedule, Success

from kms import views
from kms.sitemaps import SITEMAPS
from members.access import public
from members.urls import allauth_patterns

admin.site.login = secure_admin_login(admin.site.login)
# A schedule calls any function by its name, and allauth's addresses follow the accounts: nobody edits these by hand.
admin.site.unregister([Schedule, Success, Failure, OrmQ, EmailAddress])

machines = [
    path("", views.root, name="root"),
    path("healthz", views.healthz, name="healthz"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("robots.txt", views.robots_txt, name="robots_txt"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path(
        "sitemap.xml",
        require_safe(public(sitemap_views.index)),
        {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap_section"},
        name="sitemap",
    ),
    path(
        "sitemap-<section>.xml",
        require_safe(public(sitemap_views.sitemap)),
        {"sitemaps": SITEMAPS},
        name="sitemap_section",
    ),
]
pages = [
    path("", views.home, name="home"),
    path("network/", views.country_list, name="country_list"),
    path("network.<csv,xlsx:form>", views.country_export, name="country_export"),
    path("network/<slug:slug>/", views.country_detail, name="country_detail"),
    path("themes/", views.theme_list, name="theme_list"),
    path("themes.<csv,xlsx:form>", views.theme_export, name="theme_export"),
    path("themes/<slug:slug>/", views.theme_detail, name="theme_detail"),
    path("about/", views.about, name="about"),
    path("contact/", views.contact, name="contact"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("data-protection/", views.data_protection, name="data_protection"),
    path("feeds/", views.feeds, name="feeds"),
    path("styleguide/", views.styleguide, name="styleguide"),
]

urlpatterns = [
    *machines,
    path("documents/", include("documents.urls")),
    path("admin/", admin.site.urls),
    *i18n_patterns(
        path("", include((pages, "kms"))),
        path("account/", include("members.urls")),
        path("account/", include(allauth_patterns)),
        path("", include("events.urls")),
        path("", include("legislation.urls")),
        path("", include("programme.urls")),
    ),
]
