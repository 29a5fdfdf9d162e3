"""Pages of people: the directory, a photo, one's own entry in it, leaving the portal."""

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from members.access import public, signed_in
from members.closing import close_account, reason_against, seats_of
from members.directory import directory_of, photographed_for, profile_of, shown_of
from members.photos import file_of, photo_response
from members.profile_actions import save_profile
from members.profile_forms import CloseAccountForm, DirectoryForm, ProfileForm


@require_safe
@signed_in
def directory(request):
    """Who holds the seats of the States, and how to reach them, as each of them decided."""
    form = DirectoryForm(request.GET)
    found = directory_of(request.user, **form.asked())
    return render(request, "members/directory.html", {"form": form, "found": found})


@require_safe
@signed_in
def photo(request, key):
    """A person's photo, for those to whom he shows it."""
    person = get_object_or_404(photographed_for(request.user), photo=file_of(key))
    return photo_response(person)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def profile_edit(request):
    """What I say of myself in the directory, and to whom."""
    profile = profile_of(request.user)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ProfileForm(*sent, instance=profile)
    if form.is_valid():
        save_profile(
            form.instance,
            photo=form.cleaned_data["photo"],
            remove_photo=form.cleaned_data.get("remove_photo", False),
            by=request.user,
            request=request,
        )
        messages.success(request, _("Your profile is saved. Below is what others see of you now."))
        return redirect("members:profile_edit")
    return render(request, "members/profile_edit.html", {"form": form, "shown": shown_of(request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def account_close(request):
    """Close my account, after I read what that deletes and what stays."""
    account = request.user
    refusal = reason_against(account)
    form = CloseAccountForm(request.POST if request.method == "POST" else None, user=account)
    if not refusal and form.is_valid():
        try:
            close_account(account=account, by=account, request=request)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            logout(request)
            response = redirect("members:account_closed")
            response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
            return response
    context = {"form": form, "refusal": refusal, "seats": seats_of(account)}
    return render(request, "members/account_close.html", context)


@require_safe
@public
def account_closed(request):
    """What somebody reads who has just closed his account."""
    return render(request, "members/account_closed.html")
