"""Pages of what one was told, what one watches, and how one wants to be told."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core.inputs import READ_AND_WRITE
from members.access import public, signed_in
from notifications import actions
from notifications.forms import (
    NO_LEVEL,
    ChangeForm,
    CombinationForm,
    PreferencesForm,
    ReadForm,
    StopForm,
    WatchForm,
)
from notifications.levels import Level
from notifications.mails import read_token
from notifications.models import Notification, Preference, Watch
from notifications.paging import number_of, page_of
from notifications.telling import record_for, told, url_of

SAID = {
    Level.WATCHING: gettext_lazy("You watch “%(record)s”: the portal tells you of changes, here and by mail."),
    Level.NORMAL: gettext_lazy("Of “%(record)s” the portal tells you mentions and answers only."),
    Level.MUTED: gettext_lazy("You muted “%(record)s”: the portal tells you nothing of it."),
    NO_LEVEL: gettext_lazy("You no longer watch “%(record)s”."),
}


@require_http_methods(READ_AND_WRITE)
@signed_in
def notification_list(request):
    """What I was told, newest first; posting marks as read what was there when the page was made."""
    user = request.user
    if request.method == "POST":
        form = ReadForm(request.POST)
        if not form.is_valid():
            raise BadRequest
        actions.mark_read(by=user, until=form.cleaned_data["until"])
        messages.success(request, _("Everything in the list is marked as read."))
        return redirect("notifications:notification_list")
    page = page_of(Notification.objects.visible_to(user).for_list(), request.GET.get("before", ""))
    context = {
        "told": told(page.rows, user),
        "older": page.older,
        "is_first": "before" not in request.GET,
        "until": number_of(page.rows[0].created) if page.rows else 0,
    }
    return render(request, "notifications/notification_list.html", context)


@require_http_methods(READ_AND_WRITE)
@signed_in
def notification_open(request, pk):
    """On to the record; posting, which the list does, marks the notification as read too."""
    row = get_object_or_404(Notification.objects.visible_to(request.user).for_list(), pk=pk)
    if request.method == "POST":
        actions.mark_read(by=request.user, key=row.pk)
    return redirect(told([row], request.user)[0].url or "notifications:notification_list")


@require_http_methods(READ_AND_WRITE)
@signed_in
def watch_list(request):
    """What I watch; posting chooses a level for a record, changes that of a watch, or stops one."""
    user = request.user
    if request.method == "POST":
        return _act(request)
    page = page_of(Watch.objects.visible_to(user), request.GET.get("before", ""))
    context = {"watches": told(page.rows, user), "older": page.older, "is_first": "before" not in request.GET}
    return render(request, "notifications/watch_list.html", context)


def _act(request):
    if "stop" in request.POST:
        return _stop(request)
    return _change(request) if "change" in request.POST else _set(request)


def _set(request):
    """Choose a level for a record that the reader may know of, or none; then back to its page."""
    form = WatchForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    record = record_for(request.user, form.subject)
    if record is None:
        raise Http404
    level = form.cleaned_data["level"]
    if level == NO_LEVEL:
        actions.unwatch(request.user, form.subject)
    else:
        actions.watch(request.user, form.subject, Level(level))
    messages.success(request, SAID[level] % {"record": record})
    return redirect(url_of(record))


def _change(request):
    """Another level for a watch of mine."""
    form = ChangeForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    key, level = form.cleaned_data["change"]
    actions.change_level(key, level, by=request.user)
    messages.success(request, _("Changed: %(level)s.") % {"level": level.label})
    return redirect("notifications:watch_list")


@require_http_methods(READ_AND_WRITE)
@signed_in
def watch_create(request):
    """Watch a combination: what belongs to several things at once."""
    form = CombinationForm(request.POST or None, user=request.user)
    if form.is_valid():
        level, only = Level(form.cleaned_data["level"]), form.cleaned_data["only"]
        try:
            actions.watch_combination(request.user, form.subjects, only=only, level=level)
        except actions.TooMany as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("It is in your list: %(level)s.") % {"level": level.label})
            return redirect("notifications:watch_list")
    return render(request, "notifications/watch_create.html", {"form": form})


def _stop(request):
    """End a watch of mine, also of a record that I may no longer know of."""
    form = StopForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    actions.stop_watching(form.cleaned_data["stop"], by=request.user)
    messages.success(request, _("You no longer watch it."))
    return redirect("notifications:watch_list")


@require_http_methods(READ_AND_WRITE)
@signed_in
def preferences(request):
    """How I want to be told by mail."""
    form = PreferencesForm(request.POST or None, chosen=actions.choices_of(request.user))
    if form.is_valid():
        actions.choose_mail(request.user, form.cleaned_data)
        messages.success(request, _("Your choice is saved."))
        return redirect("notifications:preferences")
    return render(request, "notifications/preferences.html", {"form": form})


@csrf_exempt
@require_http_methods(READ_AND_WRITE)
@public
def unsubscribe(request, token):
    """The link in a mail that ends such mails without a log-in; a mail program may post to it by itself (RFC 8058).

    What proves the right to do so is the signed link alone.
    """
    person, groups = read_token(token)
    if groups and request.method == "POST":
        actions.choose_mail(person, dict.fromkeys(groups, Preference.Mail.NEVER))
    language = person.preferred_language if person else translation.get_language()
    with translation.override(language):
        context = {"groups": groups, "done": request.method == "POST", "is_out_of_date": bool(person)}
        status = 200 if groups else 410 if person else 404
        page = render(request, "notifications/unsubscribe.html", context, status=status)
    page.headers["Content-Language"] = language
    return page
