"""My desk: what waits for a person, gathered from every room, in the order of its deadlines."""

import datetime
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from community.lists import followed_unread
from consultations.positions import positions_due
from consultations.waiting import waiting_for as waiting_in_consultations
from core.dates import Precision, say_date, today
from events.debriefs import ASKED_UNTIL, debriefs_for
from events.models import MajorEvent
from kms.releases import releases_for
from kms.seats import confirmation_due
from members.access import Action, Scope, can, scope
from members.models import Invitation, Mandate
from moderation.cases import waiting_for
from moderation.models import Proposal
from notifications.models import Notification
from notifications.telling import told

FOLLOWED = gettext_lazy("In what you watch, or where you wrote.")
MOST_TASKS, NEXT_EVENTS, LATEST_NEWS = 20, 5, 5
WEEK, MONTH, NOTICE = (datetime.timedelta(days=days) for days in (7, 30, 90))


@dataclass(frozen=True)
class Task:
    """One thing that waits for a person: a sentence that begins with a verb, what to know of it, one button.

    `due` is the day it should be done by, or None; `since` how long it has waited, for the order among equals.
    """

    text: str
    note: str
    button: str
    url: str
    due: datetime.date | None = None
    since: datetime.date = datetime.date.min

    @property
    def order(self):
        return (self.due or datetime.date.max, self.since)


def desk_of(user):
    """Context of the page: {"groups": [(heading, key, Tasks)], "count", "more", "ideas", "rooms", "events", "news"}."""
    tasks = sorted(tasks_of(user), key=lambda task: task.order)
    return {
        "groups": _grouped(tasks[:MOST_TASKS]),
        "count": len(tasks),
        "more": len(tasks) - len(tasks[:MOST_TASKS]),
        "ideas": [] if tasks else ideas_for(user),
        "rooms": rooms_for(user),
        "events": _next_events(user),
        "news": told(Notification.objects.visible_to(user).for_list().unread()[:LATEST_NEWS], user),
    }


def tasks_of(user):
    """Everything that waits for a person, in no order."""
    return [
        *_mandates(user),
        *_proposals(user),
        *_reviews(user),
        *(Task(**row) for row in waiting_in_consultations(user)),
        *_moderation(user),
        *_releases(user),
        *_debriefs(user),
        *_positions(user),
        *_invitations(user),
        *_seats(user),
        *_conversations(user),
    ]


def _grouped(tasks):
    """[(heading, key, Tasks)] of the groups that hold any."""
    soon = today() + WEEK
    groups = [
        (_("Overdue"), "overdue", [task for task in tasks if task.due and task.due < today()]),
        (_("This week"), "week", [task for task in tasks if task.due and today() <= task.due <= soon]),
        (_("Later"), "later", [task for task in tasks if task.due and task.due > soon]),
        (_("Without a deadline"), "open", [task for task in tasks if task.due is None]),
    ]
    return [group for group in groups if group[2]]


def _mandates(user):
    """To say that one's mandate still holds; to hand the seat over before it ends."""
    due = confirmation_due(user)
    for mandate in user.mandates_in_force:
        url = reverse("kms:seat_detail", args=[mandate.state.slug])
        if mandate in due:
            yield Task(
                _("Confirm that you still speak for %(state)s") % {"state": mandate.state},
                _("Asked once a year, so that the list of Focal Points is right."),
                _("Confirm"),
                url,
                due=mandate.confirm_by + MONTH,
            )
        if mandate.until and mandate.until <= today() + NOTICE:
            yield Task(
                _("Prepare the end of your mandate for %(state)s") % {"state": mandate.state},
                _("Your rights end with its last day. Hand the seat over, or have your government prolong it."),
                _("Look at the seat"),
                url,
                due=mandate.until,
            )


def _proposals(user):
    """What came back to be corrected, and what is not finished."""
    for proposal in Proposal.objects.visible_to(user).waiting_for(user)[:MOST_TASKS]:
        returned = proposal.status == Proposal.Status.RETURNED
        said = _("Correct “%(title)s”") if returned else _("Finish “%(title)s”")
        note = _("Returned with reasons on %(date)s.") if returned else _("A draft, last changed on %(date)s.")
        day = (proposal.since if returned else proposal.changed).date()
        yield Task(
            said % {"title": proposal.title},
            note % {"date": say_date(day, Precision.DAY)},
            _("Open"),
            proposal.get_absolute_url(),
            since=day,
        )


def _reviews(user):
    """What States submitted, for who decides about it."""
    if scope(user, Action.REVIEW) == Scope.NONE:
        return
    for proposal in Proposal.objects.visible_to(user).waiting_for_review()[:MOST_TASKS]:
        words = {"state": proposal.state, "date": say_date(proposal.since.date(), Precision.DAY)}
        yield Task(
            _("Review “%(title)s”") % {"title": proposal.title},
            _("%(state)s waits since %(date)s.") % words,
            _("Open"),
            proposal.get_absolute_url(),
            since=proposal.since.date(),
        )


def _moderation(user):
    """For moderators: how many posts wait to be published, how many things were reported, and since when."""
    if scope(user, Action.MODERATE) == Scope.NONE:
        return
    waiting = waiting_for(user)
    if waiting:
        since, held = waiting[0].since.date(), sum(one.held for one in waiting)
        words = _("Decide on %(n)d posts and reports")
        if held == len(waiting):
            words = ngettext("Decide on %(n)d post", "Decide on %(n)d posts", held)
        elif not held:
            words = ngettext("Decide on %(n)d report", "Decide on %(n)d reports", len(waiting))
        yield Task(
            words % {"n": len(waiting)},
            _("Reported, or to be published; the oldest waits since %(date)s.")
            % {"date": say_date(since, Precision.DAY)},
            _("Open the queue"),
            reverse("moderation:flag_queue"),
            since=since,
        )


def _releases(user):
    """Labels whose day is over."""
    for release in releases_for(user):
        if release.is_due:
            label, until = release.record.get_label_display(), release.record.restricted_until
            yield Task(
                _("Decide who may read “%(record)s”") % {"record": release.record},
                _("It is %(label)s until %(date)s.") % {"label": label, "date": say_date(until, Precision.DAY)},
                _("Decide"),
                release.url,
                due=until,
            )


def _debriefs(user):
    """Events of one's State of which nobody told yet what was learned, a month after them."""
    for event in debriefs_for(user):
        yield Task(
            _("Tell others what you learned at “%(event)s”") % {"event": event},
            _("It ended on %(date)s. Four short answers help whoever comes next.")
            % {"date": say_date(event.end, Precision.DAY)},
            _("Write a lesson"),
            f"{reverse('moderation:proposal_create', args=['lesson'])}?event={event.pk}",
            due=event.end + ASKED_UNTIL,
            since=event.end,
        )


def _positions(user):
    """Editions that were made final, on which one's State has not said where it stands."""
    for state, edition, day in positions_due(user):
        yield Task(
            _("Say where %(state)s stands on “%(edition)s”") % {"state": state, "edition": edition},
            _("It is final since %(date)s. A State that says nothing has “no record”.")
            % {"date": say_date(edition.finalised, Precision.DAY)},
            _("Say it"),
            f"{reverse('consultations:position_take', args=[edition.work.slug, edition.number])}?state={state.slug}",
            due=day,
            since=edition.finalised,
        )


def _invitations(user):
    """Invitations of one's own whose link nobody used in time."""
    for invitation in Invitation.objects.visible_to(user).expired().sent_by(user)[:MOST_TASKS]:
        day = invitation.expires.date()
        yield Task(
            _("Send the invitation of %(name)s again, or revoke it") % {"name": invitation.name},
            _("Its link expired on %(date)s.") % {"date": say_date(day, Precision.DAY)},
            _("Open"),
            invitation.get_absolute_url(),
            since=day,
        )


def _seats(user):
    """For who manages accounts: how many mandates end soon."""
    if scope(user, Action.MANAGE_ACCOUNTS) == Scope.NONE:
        return
    ending = list(Mandate.objects.visible_to(user).ending_within(NOTICE.days).for_list())
    if ending:
        words = ngettext("%(n)d mandate ends within 90 days", "%(n)d mandates end within 90 days", len(ending))
        yield Task(
            words % {"n": len(ending)},
            ", ".join(dict.fromkeys(str(mandate.state) for mandate in ending)),
            _("Look at the seats"),
            reverse("kms:seat_board"),
            due=min(mandate.until for mandate in ending),
        )


def _conversations(user):
    """New posts in the conversations that one watches or writes in."""
    waiting = followed_unread(user)
    posts = sum(row["unread"] for row in waiting)
    if len(waiting) == 1:
        url = f"{reverse('community:thread_detail', args=[waiting[0]['slug']])}?unread"
        text = ngettext("Read %(n)d new post in “%(title)s”", "Read %(n)d new posts in “%(title)s”", posts)
        yield Task(text % {"n": posts, "title": waiting[0]["title"]}, FOLLOWED, _("Read"), url)
    elif waiting:
        words = _("Read %(n)d new posts in %(threads)d conversations")
        text = words % {"n": posts, "threads": len(waiting)}
        yield Task(text, FOLLOWED, _("Read"), reverse("community:thread_unread"))


def ideas_for(user):
    """What is worth doing when nothing waits, as [(sentence, what the link says, url)]; three at most."""
    ideas = []
    if not user.office:
        said = _("Tell others who you are and how to reach you.")
        ideas.append((said, _("Fill in your profile"), reverse("members:profile_edit")))
    if can(user, Action.DRAFT_PROPOSAL):
        said = _("Tell the region of an event that your State will host.")
        ideas.append((said, _("Propose an event"), reverse("moderation:proposal_create", args=["event"])))
    if not user.watches.exists():
        said = _("Open an event, a law, a State or a theme and choose “Watch”: you are told when it changes.")
        ideas.append((said, _("See what is coming"), f"{reverse('events:event_list')}?when=upcoming&sort=soonest"))
    ideas.append((_("See who speaks for each State."), _("Open the directory"), reverse("members:directory")))
    return ideas[:3]


def rooms_for(user):
    """The pages behind the desk that are open to its reader, as [(name, url)]."""
    rooms = [
        (Action.REVIEW, _("Queue of proposals"), "moderation:proposal_queue"),
        (Action.MODERATE, _("Moderation"), "moderation:flag_queue"),
        (Action.DRAFT_PROPOSAL, _("Proposals"), "moderation:proposal_list"),
        (Action.RELEASE, _("Labels to look at again"), "kms:release_list"),
        (Action.MANAGE_ACCOUNTS, _("Seats of the States"), "kms:seat_board"),
        (Action.INVITE_COLLEAGUES, _("Invitations"), "kms:invitation_list"),
        (Action.READ_AUDIT, _("Log"), "members:audit_list"),
    ]
    open_to_all = [
        (_("Notifications"), "notifications:notification_list"),
        (_("What I watch"), "notifications:watch_list"),
        (_("Directory"), "members:directory"),
        (_("My account"), "members:account"),
    ]
    seats = [(_("The seat of %(state)s") % {"state": mandate.state}, mandate) for mandate in user.mandates_in_force[:1]]
    return [
        *((name, mandate.get_absolute_url()) for name, mandate in seats),
        *((name, reverse(page)) for action, name, page in rooms if scope(user, action) != Scope.NONE),
        *((name, reverse(page)) for name, page in open_to_all),
    ]


def _next_events(user):
    """The next events of the State that one belongs to."""
    if user.state_id is None:
        return []
    hosted = MajorEvent.objects.visible_to(user).hosted_by_state(user.state_id)
    return hosted.for_list().to_come().soonest_first()[:NEXT_EVENTS]
