"""What people are told of in consultations, and under what these are filed."""

from django.utils.translation import gettext_lazy as _

from consultations.models import Comment, Consultation
from notifications.kinds import Group, NotificationKind, Subject, register_kind, register_subject
from training.subjects import above_edition


def above_consultation(consultation):
    """Its edition, the publication of that and the themes."""
    return [("edition", consultation.edition_id), *above_edition(consultation.edition)]


def above_comment(comment):
    """Its consultation, and what that is filed under."""
    return [("consultation", comment.consultation_id), *above_consultation(comment.consultation)]


def consultations_for(user):
    return Consultation.objects.visible_to(user).select_related("edition__work")


def comments_for(user):
    return Comment.objects.visible_to(user).for_detail()


def register_subjects():
    register_subject(Subject("consultation", _("Consultation"), consultations_for, under=above_consultation))
    register_subject(Subject("comment", _("Comment"), comments_for, under=above_comment))
    for name, said, bare in (
        ("consultation_opened", _("“%(title)s” is open: your State is asked to comment."),
         _("A consultation is open: your State is asked to comment.")),
        ("consultation_reminder", _("“%(title)s” closes soon, and your State has not answered yet."),
         _("A consultation closes soon, and your State has not answered yet.")),
        ("consultation_extended", _("“%(title)s” closes on another day: look until when your State comments."),
         _("A consultation closes on another day: look until when your State comments.")),
        ("consultation_closed", _("“%(title)s” was closed: read what became of the comments."),
         _("A consultation was closed: read what became of the comments.")),
    ):  # fmt: skip
        register_kind(NotificationKind(name, Group.MY_WORK, said, bare))
    withdrawn = _("The secretariat withdrew a consultation: your State is no longer asked to comment.")
    register_kind(NotificationKind("consultation_withdrawn", Group.MY_WORK, withdrawn, withdrawn))
    begun = _("“%(title)s” has opened: the States are asked to comment.")
    bare = _("A consultation has opened on something you watch.")
    register_kind(NotificationKind("consultation_begun", Group.WATCHED, begun, bare))
