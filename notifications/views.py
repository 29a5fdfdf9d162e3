"""Pages of what one was told, what one watches, and how one wants to be told."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from members.access import public, signed_in
from notifications import actions
from notifications.forms import PreferencesForm, ReadForm, StopForm, WatchForm
from notifications.mails import read_token
from notifications.models import Notification, Preference, Watch
from notifications.paging import number_of, page_of
from notifications.telling import record_for, told, url_of

READ_AND_WRITE = ["GET", "HEAD", "POST"]


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
    """What I watch; posting watches a record, or stops."""
    user = request.user
    if request.method == "POST":
        return _stop(request) if "stop" in request.POST else _set(request)
    watches = told(Watch.objects.visible_to(user), user)
    return render(request, "notifications/watch_list.html", {"watches": watches})


def _set(request):
    """Watch a record that the reader may know of, or stop; then back to its page."""
    form = WatchForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    record = record_for(request.user, form.subject)
    if record is None:
        raise Http404
    if form.cleaned_data["on"]:
        actions.watch(request.user, form.subject)
        said = _("You watch “%(record)s”: the portal tells you of changes, here and by mail.")
    else:
        actions.unwatch(request.user, form.subject)
        said = _("You no longer watch “%(record)s”.")
    messages.success(request, said % {"record": record})
    return redirect(url_of(record))


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
    if person and request.method == "POST":
        actions.choose_mail(person, dict.fromkeys(groups, Preference.Mail.NEVER))
    language = person.preferred_language if person else translation.get_language()
    with translation.override(language):
        context = {"groups": groups, "done": request.method == "POST"}
        page = render(request, "notifications/unsubscribe.html", context, status=200 if person else 404)
    page.headers["Content-Language"] = language
    return page
