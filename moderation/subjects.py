"""What people are told of proposals."""

from django.utils.translation import gettext_lazy as _

from moderation.models import Proposal
from notifications.kinds import Group, NotificationKind, Subject, register_kind, register_subject


def register_subjects():
    register_subject(Subject("proposal", _("Proposal"), Proposal.objects.visible_to))
    for name, said, bare in [
        ("proposal_submitted", _("%(by)s submitted “%(title)s”."), _("A proposal was submitted and waits for review.")),
        ("proposal_returned", _("“%(title)s” was returned with reasons."), _("A proposal was returned with reasons.")),
        ("proposal_accepted", _("“%(title)s” was accepted and published."), _("A proposal was accepted.")),
    ]:
        register_kind(NotificationKind(name, Group.MY_WORK, said, bare))
