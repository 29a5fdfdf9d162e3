"""What holds for every page of a signed-in person: the second factor that is due, his time, the end of his session."""

from zoneinfo import ZoneInfo

from django.contrib.auth import logout
from django.shortcuts import redirect
from django.utils import timezone

from members.mfa import must_enrol
from members.sessions import is_over, is_to_be_written

# What is open to somebody who has to add a second factor first.
ENROLMENT = {"mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate", "account_logout"}


class SessionLimitsMiddleware:
    """Logs out whoever logged in too long ago; has the session of somebody who is busy written now and then."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if is_over(request.session):
            logout(request)
        elif is_to_be_written(request.session):
            request.session.modified = True
        return self.get_response(request)


class SecondFactorMiddleware:
    """Leads whoever owes a second factor to the page where he adds one, from every other page."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.resolver_match.view_name not in ENROLMENT and must_enrol(request.user):
            return redirect("mfa_index")
        return None


class TimeZoneMiddleware:
    """Shows times in the time zone of a signed-in person; visitors read UTC."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.user.is_authenticated:
            return self.get_response(request)
        with timezone.override(ZoneInfo(request.user.time_zone)):
            return self.get_response(request)


LOG_OUT = {"account_logout", "admin:logout"}


class LogOutMiddleware:
    """Asks the browser to forget everything of the portal when somebody logs out."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        match = request.resolver_match
        if request.method == "POST" and match and match.view_name in LOG_OUT:
            response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
        return response
