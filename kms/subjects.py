"""What people can watch and be told of in the rooms that stand left of notifications, which cannot register it."""

from django.utils.translation import gettext_lazy as _

from documents.models import Document
from notifications.kinds import Group, NotificationKind, Subject, register_kind, register_subject
from reference.models import MemberState, SubRegion, Theme


def above_document(document):
    return [("state", document.state_id)] if document.state_id else []


def sub_regions_of(keys):
    """The [(subject name, key)] of the sub-regions of States."""
    rows = MemberState.objects.filter(pk__in=keys).order_by().values_list("sub_region", flat=True)
    return [("sub_region", key) for key in rows.distinct()]


def register_subjects():
    said = _("The label of “%(title)s” was meant until a day that is over: say at My desk who may read it now.")
    bare = _("The label of a record was meant until a day that is over: say at My desk who may read it now.")
    register_kind(NotificationKind("release_due", Group.MY_WORK, said, bare))
    for name, label, model, more in (
        ("state", _("State"), MemberState, {"watchable": True, "wider": sub_regions_of}),
        ("theme", _("Theme"), Theme, {"watchable": True}),
        ("sub_region", _("Sub-region"), SubRegion, {}),
    ):
        rows = model.objects.visible_to
        register_subject(Subject(name, label, rows, choices=lambda user, rows=rows: rows(user).by_name(), **more))
    register_subject(Subject("document", _("Document"), Document.objects.visible_to, under=above_document))
