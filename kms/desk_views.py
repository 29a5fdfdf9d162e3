"""Pages of My desk: what waits for me, and the labels that wait for my word."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from documents.actions import relabel
from kms.desk import desk_of
from kms.releases import ReleaseForm, release_of, releases_for
from members.access import Action, allow, require, signed_in
from members.owners import may_release


@require_safe
@signed_in
def desk(request):
    """What waits for me, by its deadline; and what comes next in my State."""
    return render(request, "kms/desk.html", desk_of(request.user))


@require_safe
@allow(Action.RELEASE)
def release_list(request):
    """The records whose label I am asked about, or shall be."""
    return render(request, "kms/release_list.html", {"releases": releases_for(request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Action.RELEASE)
def release_detail(request, kind, key):
    """Widen the label of one record, or say how long it stays."""
    release = release_of(request.user, kind, key)
    require(request.user, Action.RELEASE, release.record)
    if not may_release(request.user, release.record):
        raise PermissionDenied
    form = ReleaseForm(request.POST or None, label=release.record.label)
    if form.is_valid():
        try:
            record = relabel(release.record, kind=kind, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            said = _("“%(record)s” is now %(label)s.") % {"record": record, "label": record.get_label_display()}
            messages.success(request, said)
            return redirect("kms:release_list")
    return render(request, "kms/release_detail.html", {"release": release, "form": form})
