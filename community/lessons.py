"""A conversation becomes a lesson: what a State wrote in it, as the draft of a proposal, with one click."""

import uuid

from community.models import Post
from community.writing import in_any_language
from core.languages import CONTENT_CODES
from core.markdown import to_plain
from events.models import Lesson, MajorEvent
from moderation.actions import create
from moderation.kinds import KINDS, proposing_states
from moderation.models import Proposal
from notifications.mails import absolute

LONGEST_ACCOUNT, MOST_QUOTED, MOST_LESSONS = 5000, 50, 100


def may_make_lesson(user):
    """Whether somebody may draft a lesson of a conversation that he reads."""
    return bool(proposing_states(user))


def draft_lesson(thread, *, by):
    """The Proposal of a lesson that begins with a thread: its title, what it is about, what `by`'s State wrote there.

    Words of other States stay where they are. The same click once more gives the same proposal, until that is accepted
    or withdrawn. Raises Refused.
    """
    state = proposing_states(by)[0]
    data = {name: [text] for name, text in _texts(thread, state, by).items() if text}
    proposal, _is_new = create(about=KINDS["lesson"], state=state, token=_token(thread, by), data=data, by=by)
    return proposal


def _token(thread, by):
    """The UUID of the lesson that somebody makes of a thread now: that of the one under way, or the first unused."""
    said = (f"lesson {n} of thread {thread.pk} by {by.pk}" for n in range(MOST_LESSONS))
    tokens = [uuid.uuid5(uuid.NAMESPACE_OID, words) for words in said]
    ended = set(Proposal.objects.with_uuids(tokens).ended().values_list("uuid", flat=True))
    return next((token for token in tokens if token not in ended), tokens[-1])


def _texts(thread, state, by):
    """{field of the form: text}. What a State wrote in a thread, in its order, as long as the form takes it.

    The label is the thread's: what is told to fewer stays with fewer. The address of the State's first post there leads
    back to the conversation, and tells nothing of it to others.
    """
    posts = Post.objects.visible_to(by).readable_by(by).in_thread(thread).of_state(state).numbered()
    told = list(posts.only("text", "thread")[:MOST_QUOTED])
    language = thread.language if thread.language in CONTENT_CODES else CONTENT_CODES[0]
    event = MajorEvent.objects.visible_to(by).filter(pk=thread.event_id).first() if thread.event_id else None
    return {
        "language": language,
        "kind": Lesson.Kind.LESSON.value,
        f"title_{language}": thread.title,
        "event": str(event.pk) if event else "",
        f"what_happened_{language}": "\n\n".join(to_plain(post.text) for post in told)[:LONGEST_ACCOUNT].strip(),
        "evidence": absolute(in_any_language(told[0].get_absolute_url())) if told else "",
        "label": str(thread.label),
    }
