"""Verbs of consulting: open a consultation, change what is asked, give a State more time, withdraw it."""

from hashlib import sha256

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consultations.models import Answer, Comment, Consultation, Extension
from consultations.reminders import invited, note, remind_of, tell_holders
from consultations.rules import is_asked_of, is_out
from core.languages import CONTENT_CODES
from members.models import Mandate
from moderation.refusals import Refused
from notifications.actions import notify
from training.actions import locked_edition, put_to_consultation, take_back_to_drafting

TEXTS = [f"{name}_{code}" for name in ("title", "questions") for code in CONTENT_CODES]
MANY, COLUMNS = ["chapters", "states"], ["opens", "closes", "shown", *TEXTS]
EXTENDED = "consultation_extended"


@transaction.atomic
def open_consultation(*, edition, by, opens, closes, shown, chapters=(), states=(), **texts):
    """Ask States to comment on an edition, or on some of its chapters; none named are all of them. Returns the
    Consultation; where the very same was opened already, that one.

    An edition that was drafted is published under its label, and its text stays as it is. Where the consultation opens
    now, the States are told; else when it does.
    """
    edition = put_to_consultation(edition=edition, by=by)
    _refuse_unread(edition)
    asked = _asked(opens, closes, shown, chapters, states, texts)
    for other in Consultation.objects.of(edition).unclosed().for_detail():
        if asked_in(other) == asked:
            return other
    consultation = Consultation(edition=edition, author=by)
    _refuse_times(opens, closes)
    _refuse_second(consultation, asked)
    _write(consultation, asked)
    remind_of(consultation)
    return consultation


def _asked(opens, closes, shown, chapters, states, texts):
    """What a consultation asks of whom and by when, to be compared and written."""
    many = {"chapters": {row.pk for row in chapters}, "states": {row.pk for row in states}}
    said = {name: texts.get(name) or "" for name in TEXTS}
    return {"opens": opens, "closes": closes, "shown": str(shown)} | many | said


def asked_in(consultation):
    """The same of one that is there."""
    texts = {name: getattr(consultation, name) for name in TEXTS}
    chapters, states = consultation.chapters.all(), consultation.states.all()
    return _asked(consultation.opens, consultation.closes, consultation.shown, chapters, states, texts)


def standing_of(consultation):
    """A text that says what a consultation asks, to be compared: two people may change it at the same time."""
    said = [f"{name}={sorted(value) if name in MANY else value}" for name, value in asked_in(consultation).items()]
    return sha256("\n".join(said).encode()).hexdigest()[:32]


def _write(consultation, asked):
    for name in COLUMNS:
        setattr(consultation, name, asked[name] or None if name in TEXTS else asked[name])
    consultation.ends = _last_moment(consultation)
    consultation.save()
    for name in MANY:
        getattr(consultation, name).set(asked[name])


def _refuse_unread(edition):
    if not is_out(edition):
        raise Refused(_("Nothing was opened: the publication or the edition is not published, and nobody can read it."))


def _last_moment(consultation):
    """Until when some State comments."""
    extended = Extension.objects.filter(consultation=consultation.pk).values_list("closes", flat=True)
    return max([consultation.closes, *extended])


def _refuse_times(opens, closes):
    if closes <= opens:
        raise Refused(_("Nothing was changed: it would close before it opens."))
    if closes <= timezone.now():
        raise Refused(_("Nothing was changed: the day on which it would close is over."))


def _refuse_second(consultation, asked):
    """No State is asked twice of one chapter at the same time."""
    for other in Consultation.objects.of(consultation.edition).unclosed().for_detail():
        there, apart = asked_in(other), other.ends <= asked["opens"] or asked["closes"] <= other.opens
        if other.pk != consultation.pk and not apart and all(_meet(there[name], asked[name]) for name in MANY):
            words = _("Nothing was changed: “%(title)s” asks the same States of the same text at the same time.")
            raise Refused(words % {"title": other})


def _meet(some, others):
    """Whether two choices have something in common; an empty one is all."""
    return not some or not others or bool(some & others)


@transaction.atomic
def edit_consultation(*, consultation, by, opens, closes, shown, chapters=(), states=(), seen=None, **texts):
    """Ask something else, of others, or by another day, until it is closed. `seen` is how it stood (`standing_of`) when
    that was begun: Refused where it stands otherwise now. The States are told of another day. Returns it."""
    consultation = locked(consultation)
    asked, now = _asked(opens, closes, shown, chapters, states, texts), asked_in(consultation)
    changed = {name for name in asked if asked[name] != now[name]}
    if not changed:
        return consultation
    if seen not in (None, standing_of(consultation)):
        raise Refused(_("Nothing was changed: somebody else changed the consultation since you opened it."))
    _refuse_changes(consultation, asked, changed)
    _write(consultation, asked)
    consultation = _refreshed(consultation)
    if "closes" in changed and now["opens"] <= timezone.now() and is_asked_of(consultation.edition):
        _say_new_day(consultation, by)
    remind_of(consultation)  # States that are asked only now
    return consultation


def _refuse_changes(consultation, asked, changed):
    begun = consultation.stage != Consultation.Stage.COMING
    if "opens" in changed and begun:
        raise Refused(_("Nothing was changed: it has opened already, and that day stays."))
    if changed & {"opens", "closes"}:
        _refuse_times(asked["opens"], asked["closes"])
    if "closes" in changed:
        _refuse_more_time(consultation)
    comments = Comment.objects.of(consultation)
    if "shown" in changed and begun and comments.submitted().exists():
        raise Refused(_("Nothing was changed: States have submitted comments, and count on who reads them when."))
    if "chapters" in changed and asked["chapters"] and comments.outside_chapters(asked["chapters"]).exists():
        raise Refused(_("Nothing was changed: a chapter stays on which a State has begun to comment."))
    spoken = [comments, Answer.objects.of(consultation)]
    left = asked["states"] if "states" in changed else ()
    if left and any(rows.outside_states(left).exists() for rows in spoken):
        raise Refused(_("Nothing was changed: a State stays that has begun to comment, or has answered."))
    _refuse_second(consultation, asked)


def _refreshed(consultation):
    """After a change: extensions that are none any more, or of States that are not asked any more, are gone, and `ends`
    is the last moment of all."""
    consultation.extensions.until(consultation.closes).delete()
    if named := [state.pk for state in consultation.states.all()]:
        consultation.extensions.outside_states(named).delete()
    consultation.ends = _last_moment(consultation)
    consultation.save()
    return Consultation.objects.for_detail().with_key(consultation.pk).get()


def _say_new_day(consultation, by):
    """Tell the States whose day was moved; what is near by now is not said once more."""
    own = {row.state_id for row in consultation.extensions.all()}
    told = set(consultation.reminders.values_list("state", flat=True))
    moved = [state for state in invited(consultation) if state.pk in told - own]
    for state in moved:
        note(consultation, state)
    tell_holders(consultation, {state.pk: EXTENDED for state in moved}, by=by)


def _refuse_more_time(consultation):
    """What was shown to all after the closing is not hidden again."""
    if consultation.shown == Consultation.Shown.AFTER_CLOSING and consultation.ends <= timezone.now():
        raise Refused(_("Nothing was changed: it has closed, and since then all Focal Points read the comments."))


@transaction.atomic
def extend(*, consultation, state, closes, reason, by):
    """Let one State comment for longer than the others; its Focal Point and alternates are told. A day that it was
    given stays or becomes a later one. Returns the Extension."""
    consultation = locked(consultation)
    there = next((row for row in consultation.extensions.all() if row.state_id == state.pk), None)
    if there and (there.closes, there.reason) == (closes, reason):
        return there
    _refuse_extension(consultation, state, closes)
    extension = there or Extension(consultation=consultation, state=state)
    extension.closes, extension.reason, extension.by, extension.at = closes, reason, by, timezone.now()
    extension.save()
    consultation = _refreshed(consultation)
    if consultation.stage == Consultation.Stage.OPEN and is_asked_of(consultation.edition):
        note(consultation, state)
        tell_holders(consultation, {state.pk: EXTENDED}, by=by)
    return extension


def _refuse_extension(consultation, state, closes):
    _refuse_more_time(consultation)
    if not consultation.invites(state):
        raise Refused(_("%(state)s is not among the States that are asked.") % {"state": state})
    if closes <= max(consultation.closes_for(state), timezone.now()):
        raise Refused(_("Nothing was changed: choose a later moment than the one until which it can comment already."))


@transaction.atomic
def withdraw_consultation(*, consultation, by):
    """Take back a consultation to which nobody has said anything yet; an edition that was drafted is drafted again,
    unless another consultation asks of it. The States that were told are told. Returns the edition."""
    edition = locked_edition(consultation.edition)
    consultation = Consultation.objects.for_detail().select_for_update(of=("self",)).with_key(consultation.pk).first()
    if consultation is None:
        return edition
    _refuse_closed(consultation)
    if Comment.objects.of(consultation).exists() or Answer.objects.of(consultation).exists():
        raise Refused(_("Nothing was withdrawn: a State has begun to comment, or has answered."))
    told = set(consultation.reminders.values_list("state", flat=True))
    consultation.delete()
    _tell_of_withdrawal(told, by)
    if Consultation.objects.of(edition).exists():
        return edition
    return take_back_to_drafting(edition=edition, by=by)


def _tell_of_withdrawal(states, by):
    """Without the title: the edition may be a draft again, of which nobody else may know."""
    people = {mandate.person for mandate in Mandate.objects.in_force().of_states(states)}
    notify(to=people, kind="consultation_withdrawn", by=by)


def locked(consultation):
    """The consultation as it is now, which nobody else changes until the transaction ends; else Refused. What is asked
    of an edition is decided under the one lock of its publication."""
    locked_edition(consultation.edition)
    found = Consultation.objects.locked().for_detail().with_key(consultation.pk).first()
    if found is None:
        raise Refused(_("Nothing was done: this consultation was withdrawn."))
    _refuse_closed(found)
    return found


def _refuse_closed(consultation):
    if consultation.closed:
        raise Refused(_("Nothing was changed: this consultation was closed, and stays as it is."))
