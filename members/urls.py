"""Addresses of one's account: our page, and the pages of allauth that an invited member needs."""

from allauth.account import views as allauth_views
from allauth.account.decorators import reauthentication_required
from allauth.mfa.base import views as factor_views
from allauth.mfa.recovery_codes import views as code_views
from allauth.mfa.totp import views as app_views
from allauth.mfa.webauthn import views as passkey_views
from allauth.usersessions import views as session_views
from django.urls import path, re_path, reverse_lazy

from members import log_views, profile_views, security_views, views
from members.mfa import adding_an_app, keeping_a_factor

app_name = "members"
urlpatterns = [
    path("network/directory/", profile_views.directory, name="directory"),
    path("account/", views.account, name="account"),
    path("account/preferences/", security_views.preferences, name="preferences"),
    path("account/profile/", profile_views.profile_edit, name="profile_edit"),
    re_path(r"^account/photos/(?P<key>[0-9a-f]{32})$", profile_views.photo, name="photo"),
    path("account/close/", profile_views.account_close, name="account_close"),
    path("account/closed/", profile_views.account_closed, name="account_closed"),
    path("account/log/", log_views.my_log, name="my_log"),
    path("desk/log/", log_views.audit_list, name="audit_list"),
    path("desk/log.<csv,xlsx:form>", log_views.audit_export, name="audit_export"),
]

ending_sessions = reauthentication_required(
    session_views.list_usersessions,
    enabled=lambda request: request.method == "POST" and request.user.is_authenticated,
)
remove_passkey = passkey_views.RemoveWebAuthnView.as_view(success_url=reverse_lazy("mfa_index"))
allauth_patterns = [
    path("login/", allauth_views.login, name="account_login"),
    path("logout/", allauth_views.logout, name="account_logout"),
    path("signup/", allauth_views.signup, name="account_signup"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", allauth_views.password_change, name="account_change_password"),
    path("password/reset/", allauth_views.password_reset, name="account_reset_password"),
    path("password/reset/done/", allauth_views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]{1,20})-(?P<key>[0-9A-Za-z-]{1,80})/$",
        allauth_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("sessions/", ending_sessions, name="usersessions_list"),
    path("security/", security_views.security, name="mfa_index"),
    path("security/confirm/", factor_views.authenticate, name="mfa_authenticate"),
    path("security/reauthenticate/", factor_views.reauthenticate, name="mfa_reauthenticate"),
    path("security/app/add/", adding_an_app(app_views.activate_totp), name="mfa_activate_totp"),
    path("security/app/remove/", keeping_a_factor(app_views.deactivate_totp), name="mfa_deactivate_totp"),
    path("security/codes/", security_views.recovery_codes, name="mfa_view_recovery_codes"),
    path("security/codes/new/", code_views.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("security/passkeys/add/", passkey_views.add_webauthn, name="mfa_add_webauthn"),
    path("security/passkeys/<int:pk>/remove/", keeping_a_factor(remove_passkey), name="mfa_remove_webauthn"),
    path("security/passkeys/login/", passkey_views.login_webauthn, name="mfa_login_webauthn"),
    path(
        "security/passkeys/reauthenticate/", passkey_views.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"
    ),
]
