"""What of the community moderators look after: posts with their acts, and threads, which have pages of their own."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community import moderating
from community.mentions import name_for, with_names
from community.models import Post, Thread
from members.access import Action, Role, can
from moderation.models import Decision
from moderation.moderated import Act, Moderated, Thing, register_moderated
from moderation.refusals import Refused
from notifications.kinds import Group, NotificationKind, register_kind

Status, Name = Post.Status, Decision.Act


def posts_for(user):
    """Posts that somebody may know of; of a hidden one not its words."""
    people = ("author", "state", "organisation")
    return Post.objects.visible_to(user).select_related("thread__forum", *people).prefetch_related("mentions")


def may_report(post, user):
    """Whether somebody may report a post that he reads: of others, and not hidden already."""
    return post.status == Status.PUBLISHED and post.author_id != user.pk


def waiting_for(user):
    return Post.objects.visible_to(user).waiting()


def locked_post(key, user):
    """A post that nobody else changes until the transaction ends; None where it is not there."""
    try:
        return moderating.locked_post(key, user)
    except Refused:
        return None


def thing_of_post(post, reader):
    moderates = can(reader, Action.MODERATE)
    is_told = moderates or post.status == Status.PUBLISHED or post.author_id == reader.pk
    return Thing(
        title=str(post),
        text=post.text if is_told else "",
        html=with_names(post.html, post.mentions.all(), reader) if is_told else "",
        author=post.author,
        who=who_wrote(post, reader),
        url=post.get_absolute_url(),
        label=post.thread.label,
        written=post.created,
        stage="" if post.status == Status.PUBLISHED else post.get_status_display(),
        links=links_of(post) if moderates else [],
    )


def who_wrote(post, reader):
    """Who wrote a post, as this reader may know it: his name where he shows it, and for whom he wrote."""
    role = Role(post.standing).label if post.standing in Role.values else ""
    said = (name_for(post.author, reader), post.state or post.organisation, role)
    return " · ".join(str(part) for part in said if part)


def links_of(post):
    """Pages of acts on the conversation in which a post stands."""
    slug = [post.thread.slug]
    links = [(_("Move the conversation to another forum"), reverse("community:thread_move", args=slug))]
    if post.number:
        address = f"{reverse('community:thread_split', args=slug)}?from={post.number}&post={post.number}"
        links.append((_("Move posts to a conversation of their own"), address))
    words = _("Unlock the conversation") if post.thread.is_locked else _("Lock the conversation")
    return [*links, (words, reverse("community:thread_lock", args=slug))]


def thing_of_thread(thread, reader):
    is_out = thread.publication == thread.Publication.PUBLISHED
    return Thing(
        title=thread.title,
        text="",
        html="",
        author=thread.author,
        who=name_for(thread.author, reader),
        url=thread.get_absolute_url(),
        label=thread.label,
        written=thread.created,
        stage="" if is_out or thread.merged_into_id else _("hidden by the moderators"),
    )


def threads_for(user):
    return Thread.objects.known_to(user).select_related("forum", "author")


def _is(*statuses):
    """Whether a post has one of these statuses, as Act.is_open asks it."""
    return lambda post: post.status in statuses


POST_ACTS = (
    Act(Name.LET_OUT, _("Publish it"), _("Published."), moderating.let_out, told="post_let_out", upholds=None,
        is_open=_is(Status.WAITING, Status.REFUSED)),
    Act(Name.REFUSED, _("Do not publish it"), _("Not published."), moderating.refuse, told="post_refused",
        needs_reason=True, is_open=_is(Status.WAITING)),
    Act(Name.HIDDEN, _("Hide it"), _("Hidden."), moderating.hide, told="post_hidden", needs_reason=True,
        is_open=_is(Status.PUBLISHED)),
    Act(Name.RESTORED, _("Show it again"), _("Shown again."), moderating.restore, told="post_restored", upholds=False,
        is_open=_is(Status.HIDDEN)),
    Act(Name.WARNED, _("Ask the author to keep to the rules"), _("The author was asked."), told="post_warned",
        needs_reason=True, is_open=_is(Status.PUBLISHED, Status.HIDDEN)),
)  # fmt: skip


def register_kinds():
    said = _("The moderators did not publish your post: %(title)s.")
    bare = _("The moderators did not publish a post of yours.")
    register_kind(NotificationKind("post_refused", Group.MY_WORK, said, bare))
    register_moderated(Moderated(
        "post", _("Post"), rows=posts_for, waiting=waiting_for, locked=locked_post,
        thing=thing_of_post, acts=POST_ACTS, version=lambda post: post.version,
    ))  # fmt: skip
    nothing = Thread.objects.none
    register_moderated(Moderated(
        "thread", _("Conversation"), rows=threads_for, waiting=lambda user: nothing(),
        locked=lambda key, user: None, thing=thing_of_thread, acts=(),
    ))  # fmt: skip
