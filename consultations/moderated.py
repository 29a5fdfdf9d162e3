"""What of consultations moderators look after: what States submitted. Hidden, it is open to its State and to whoever
disposes of it, and still needs a disposition."""

from django.utils.translation import gettext_lazy as _

from consultations.models import Comment
from consultations.rules import spaces_of
from core.markdown import to_html
from members.access import Action, can
from moderation.models import Decision
from moderation.moderated import Act, Moderated, Thing, register_moderated
from moderation.refusals import Refused
from notifications.kinds import Group, NotificationKind, register_kind
from training.workshop import shown

Status, Name = Comment.Status, Decision.Act


def comments_for(user):
    """Comments that somebody may know of; drafts are looked after by their State alone."""
    return Comment.objects.visible_to(user).exclude(status=Status.DRAFT).for_detail().select_related("submitted_by")


def may_report(comment, user):
    """Whether somebody may report a comment that he reads: of another State, and not hidden already."""
    return is_open(comment) and comment.state_id not in spaces_of(user)


def is_open(comment):
    return comment.status == Status.SUBMITTED and not comment.is_hidden


def is_hidden(comment):
    return comment.is_hidden


def locked_comment(key, user):
    """A comment that nobody else changes until the transaction ends; None where it is not there."""
    return comments_for(user).filter(pk=key).order_by("pk").locked().first()


def thing_of_comment(comment, reader):
    told = not comment.is_hidden or can(reader, Action.CONSULT) or comment.state_id in spaces_of(reader)
    said = "\n\n".join(filter(None, (comment.text, comment.rationale, comment.proposed))) if told else ""
    stage = _("hidden by the moderators") if comment.is_hidden else ""
    return Thing(
        title=str(comment),
        text=said,
        html=shown(to_html(said)),
        author=comment.submitted_by or comment.author,
        who=str(comment.state),
        url=comment.get_absolute_url(),
        label=comment.label,
        written=comment.submitted or comment.created,
        stage=stage or ("" if comment.status == Status.SUBMITTED else comment.get_status_display()),
    )


def hide(comment, *, by, note=""):
    """Keep a comment from the other States."""
    _hide(comment, True)
    return {}


def restore(comment, *, by, note=""):
    """Show a hidden comment to the other States again."""
    _hide(comment, False)
    return {}


def _hide(comment, on):
    if comment.is_hidden == on:
        raise Refused(_("Nothing was done: somebody else decided meanwhile. Look at it again."))
    comment.is_hidden = on
    comment.save(update_fields=["is_hidden"])


ACTS = (
    Act(Name.HIDDEN, _("Hide it"), _("Hidden."), hide, told="comment_hidden", needs_reason=True, is_open=is_open),
    Act(Name.RESTORED, _("Show it again"), _("Shown again."), restore, told="comment_restored", upholds=False,
        is_open=is_hidden),
    Act(Name.WARNED, _("Ask the State to keep to the rules"), _("The State was asked."), told="comment_warned",
        needs_reason=True, is_open=lambda comment: comment.status == Status.SUBMITTED),
)  # fmt: skip


def register_comments():
    for name, said, bare in (
        ("comment_hidden", _("The moderators hid the comment %(title)s of your State."),
         _("The moderators hid a comment of your State.")),
        ("comment_restored", _("The comment %(title)s of your State is shown again."),
         _("A comment of your State is shown again.")),
        ("comment_warned", _("The moderators ask your State to keep to the rules in the comment %(title)s."),
         _("The moderators ask your State to keep to the rules in a comment.")),
    ):  # fmt: skip
        register_kind(NotificationKind(name, Group.MY_WORK, said, bare))
    register_moderated(Moderated(
        "comment", _("Comment"), rows=comments_for, waiting=lambda user: Comment.objects.none(),
        locked=locked_comment, thing=thing_of_comment, acts=ACTS, version=lambda comment: comment.version,
    ))  # fmt: skip
