"""What people can watch in this room and be told of, and what they are told."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from community.models import ABOUT, Forum, Post, Thread
from notifications.kinds import SUBJECTS, Group, NotificationKind, Subject, register_kind, register_subject

FIRST_UNREAD = "?unread"


def above_thread(thread):
    """Its forum, the record that it is about and what that is filed under, its forum's sub-region and theme."""
    forum, (kind, record) = thread.forum, thread.about
    filed = [(kind, record.pk), *SUBJECTS[kind].under(record)] if record else []
    keys = {"state": thread.state_id, "theme": forum.theme_id, "sub_region": forum.sub_region_id}
    return [("forum", forum.pk), *((name, key) for name, key in keys.items() if key), *filed]


def forum_of_thread(thread):
    return ("forum", thread.forum_id)


def forum_of_post(post):
    return ("forum", post.thread.forum_id)


def thread_of_post(post):
    return ("thread", post.thread_id)


def posts_for(user):
    return Post.objects.visible_to(user).readable_by(user).select_related("thread", "thread__forum")


def threads_for(user):
    return Thread.objects.visible_to(user).select_related("forum", *ABOUT, "chapter__edition__work")


def threads_read_by(user, keys):
    """Those of the threads in which nothing waits for a user any more."""
    rows = Thread.objects.visible_to(user).filter(pk__in=keys).read_by(user).order_by()
    return [key for key, unread in rows.values_list("pk", "unread") if not unread]


def register_subjects():
    register_subject(Subject("forum", _("Forum"), Forum.objects.visible_to, watchable=True, is_talk=True))
    talk = {"under": above_thread, "room": forum_of_thread, "read_by": threads_read_by, "is_talk": True}
    register_subject(Subject("thread", _("Conversation"), threads_for, watchable=True, **talk))
    register_subject(Subject("post", _("Post"), posts_for, room=forum_of_post, root=thread_of_post))
    new_posts = ngettext_lazy("%(n)d new post in “%(title)s”.", "%(n)d new posts in “%(title)s”.", "n")
    for name, said, bare in (
        ("thread_started", _("%(by)s began the conversation “%(title)s”."), _("There is a new conversation.")),
        ("post_added", new_posts, _("There are new posts in a conversation you follow.")),
    ):
        register_kind(NotificationKind(name, Group.DISCUSSIONS, said, bare, FIRST_UNREAD))
    for name, said, bare in (
        (
            "post_mentions_you",
            _("%(by)s mentioned you in “%(title)s”."),
            _("Somebody mentioned you in a conversation."),
        ),
        ("post_answers_you", _("%(by)s answered you in “%(title)s”."), _("Somebody answered you in a conversation.")),
    ):
        register_kind(NotificationKind(name, Group.ANSWERS, said, bare))
    for name, said, bare in (
        ("post_let_out", _("Your post “%(title)s” was published."), _("A post of yours was published.")),
        ("post_hidden", _("The moderators hid your post “%(title)s”."), _("The moderators hid a post of yours.")),
        ("post_restored", _("Your post “%(title)s” is shown again."), _("A post of yours is shown again.")),
        ("post_warned", _("The moderators ask you to keep to the rules in “%(title)s”."),
         _("The moderators ask you to keep to the rules of the community.")),
        ("thread_changed", _("The moderators changed your conversation “%(title)s”."),
         _("The moderators changed a conversation that you began.")),
    ):  # fmt: skip
        register_kind(NotificationKind(name, Group.MY_WORK, said, bare))
