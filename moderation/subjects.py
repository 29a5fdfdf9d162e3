"""What people are told of proposals, of reports and of what moderators decided."""

from django.utils.translation import gettext_lazy as _

from moderation.models import Decision, Flag, Proposal
from notifications.kinds import Group, NotificationKind, Subject, register_kind, register_subject


def register_subjects():
    register_subject(Subject("proposal", _("Proposal"), Proposal.objects.visible_to))
    for name, said, bare in [
        ("proposal_submitted", _("%(by)s submitted “%(title)s”."), _("A proposal was submitted and waits for review.")),
        ("proposal_returned", _("“%(title)s” was returned with reasons."), _("A proposal was returned with reasons.")),
        ("proposal_accepted", _("“%(title)s” was accepted and published."), _("A proposal was accepted.")),
    ]:
        register_kind(NotificationKind(name, Group.MY_WORK, said, bare))
    register_subject(Subject("flag", _("Report"), Flag.objects.visible_to))
    register_subject(Subject("decision", _("Decision of the moderators"), Decision.objects.visible_to))
    for name, said, bare in [
        ("flag_raised", _("Somebody reported “%(title)s”."), _("Something was reported and waits for the moderators.")),
        ("flag_decided", _("Your report was looked at: %(title)s."), _("A report of yours was looked at.")),
        ("thing_waits", _("It waits to be published: %(title)s."), _("Something waits to be published.")),
    ]:
        register_kind(NotificationKind(name, Group.MY_WORK, said, bare))
