"""What people can watch and be told of in the rooms that stand left of notifications, which cannot register it."""

from django.utils.translation import gettext_lazy as _

from documents.models import Document
from notifications.kinds import Group, NotificationKind, Subject, register_kind, register_subject
from reference.models import MemberState, Theme


def above_document(document):
    return [("state", document.state_id)] if document.state_id else []


def register_subjects():
    said = _("The label of “%(title)s” was meant until a day that is over: say at My desk who may read it now.")
    bare = _("The label of a record was meant until a day that is over: say at My desk who may read it now.")
    register_kind(NotificationKind("release_due", Group.MY_WORK, said, bare))
    register_subject(Subject("state", _("State"), MemberState.objects.visible_to, watchable=True))
    register_subject(Subject("theme", _("Theme"), Theme.objects.visible_to, watchable=True))
    register_subject(Subject("document", _("Document"), Document.objects.visible_to, under=above_document))
