"""Pages about how the portal knows me and speaks to me: second factors, recovery codes, language, time zone."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from members.access import signed_in
from members.forms import PreferencesForm
from members.mfa import security_of, unseen_codes
from members.preferences import city, prefer


@require_safe
@signed_in
def security(request):
    """My second factors; and why I have to add one, where I owe it."""
    return render(request, "mfa/index.html", {"security": security_of(request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@reauthentication_required(app="allauth.mfa", enabled=lambda request: unseen_codes(request.user))
def recovery_codes(request):
    """My recovery codes, shown until I say that I keep them; after that only how many are left."""
    unseen = unseen_codes(request.user)
    if unseen and request.method == "POST":
        if "download" in request.POST:
            return _file_of(unseen.get_unused_codes())
        unseen.mark_as_viewed()
        messages.success(request, _("Your second factor is set up. From now on the log-in asks for it."))
        return redirect("members:account")
    codes = unseen.get_unused_codes() if unseen else []
    return render(request, "mfa/recovery_codes.html", {"codes": codes, "security": security_of(request.user)})


def _file_of(codes):
    headers = {"Content-Disposition": 'attachment; filename="recovery-codes.txt"'}
    return HttpResponse("\r\n".join([*codes, ""]), content_type="text/plain; charset=utf-8", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def preferences(request):
    """The language and the time zone in which the portal speaks to me."""
    kept = {"language": request.user.preferred_language, "time_zone": request.user.time_zone}
    form = PreferencesForm(request.POST if request.method == "POST" else None, initial=kept)
    if form.is_valid():
        prefer(request.user, **form.cleaned_data)
        with translation.override(request.user.preferred_language):
            messages.success(request, _saved(request.user))
            return redirect("members:preferences")
    return render(request, "members/preferences.html", {"form": form})


def _saved(user):
    with timezone.override(user.time_zone):
        now = timezone.localtime()
    said = _("Saved. In your time zone (%(place)s) it is %(time)s now.")
    return said % {"place": city(user.time_zone), "time": f"{now:%H:%M}"}
