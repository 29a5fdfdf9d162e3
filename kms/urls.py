"""All addresses: pages under a language prefix, machines' addresses and the admin without."""

from allauth.account import views as allauth_views
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps import views as sitemap_views
from django.urls import include, path
from django.views.decorators.http import require_safe
from django_q.models import Failure, OrmQ, Schedule, Success

from kms import accept_views, account_views, desk_views, document_views, invitation_views, seat_views, views
from kms.sitemaps import SITEMAPS
from members.access import public
from members.urls import allauth_patterns
from notifications.urls import mail_patterns

XML = "application/xml; charset=utf-8"

admin.site.login = secure_admin_login(admin.site.login)
# One log-out too: it is logged, and the browser is told to forget what it holds.
admin.site.logout = lambda request, extra_context=None: allauth_views.logout(request)
# A schedule calls any function by its name, and allauth's rows follow the accounts: nobody edits these by hand.
admin.site.unregister([Schedule, Success, Failure, OrmQ, EmailAddress, Authenticator, UserSession])

machines = [
    path("", views.root, name="root"),
    path("healthz", views.healthz, name="healthz"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("robots.txt", views.robots_txt, name="robots_txt"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path(
        "sitemap.xml",
        require_safe(public(sitemap_views.index)),
        {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap_section", "content_type": XML},
        name="sitemap",
    ),
    path(
        "sitemap-<section>.xml",
        require_safe(public(sitemap_views.sitemap)),
        {"sitemaps": SITEMAPS, "content_type": XML},
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
    path("desk/", desk_views.desk, name="desk"),
    path("desk/labels/", desk_views.release_list, name="release_list"),
    path("desk/labels/<slug:kind>/<int:key>/", desk_views.release_detail, name="release_detail"),
    path("account/my-data/", account_views.my_data, name="my_data"),
    path("account/my-data.json", account_views.my_data_export, name="my_data_export"),
    path("documents/<uuid:uuid>/downloads/", document_views.document_downloads, name="document_downloads"),
    path("desk/seats/", seat_views.seat_board, name="seat_board"),
    path("desk/seats.<csv,xlsx:form>", seat_views.seat_export, name="seat_export"),
    path("desk/seats/<slug:slug>/", seat_views.seat_detail, name="seat_detail"),
    path("desk/seats/<slug:slug>/hand-over/", seat_views.seat_hand_over, name="seat_hand_over"),
    path("desk/seats/<slug:slug>/experts/<int:key>/end/", seat_views.access_end, name="access_end"),
    path("desk/mandates/<int:key>/end/", seat_views.mandate_end, name="mandate_end"),
    path("desk/mandates/<int:key>/confirm/", seat_views.mandate_confirm, name="mandate_confirm"),
    path("desk/invitations/", invitation_views.invitation_list, name="invitation_list"),
    path("desk/invitations/new/", invitation_views.invitation_create, name="invitation_create"),
    path("desk/invitations/import/", invitation_views.invitation_import, name="invitation_import"),
    path("desk/invitations/blank.csv", invitation_views.invitation_blank, name="invitation_blank"),
    path("desk/invitations/<uuid:key>/", invitation_views.invitation_detail, name="invitation_detail"),
    path("desk/invitations/<uuid:key>/send-again/", invitation_views.invitation_resend, name="invitation_resend"),
    path("desk/invitations/<uuid:key>/revoke/", invitation_views.invitation_revoke, name="invitation_revoke"),
    path("account/invitation/<slug:token>/", accept_views.invitation_accept, name="invitation_accept"),
    path("about/", views.about, name="about"),
    path("contact/", views.contact, name="contact"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("data-protection/", views.data_protection, name="data_protection"),
    path("feeds/", views.feeds, name="feeds"),
    path("styleguide/", views.styleguide, name="styleguide"),
]

urlpatterns = [
    *machines,
    *mail_patterns,
    path("documents/", include("documents.urls")),
    path("admin/", admin.site.urls),
    *i18n_patterns(
        path("", include("members.urls")),  # before the State that its directory's address could name
        path("", include((pages, "kms"))),
        path("", include("notifications.urls")),
        path("desk/", include("moderation.urls")),
        path("account/", include(allauth_patterns)),
        path("", include("events.urls")),
        path("", include("legislation.urls")),
        path("", include("programme.urls")),
        path("manual/", include("consultations.urls")),  # first: "consultations" is no slug of a publication
        path("manual/", include("training.urls")),
        path("", include("community.urls")),
    ),
]
