"""What consultations leave to do, for My desk: comments to submit, answers to give, comments to dispose of."""

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consultations.models import Answer, Comment, Consultation, Endorsement
from consultations.reminders import last_day
from consultations.rules import spaces_of, speaks_for, why_not_comment
from core.dates import Precision, say_date
from members.access import Action, Scope, scope
from reference.models import MemberState

MOST = 20


def waiting_for(user):
    """[{"text", "note", "button", "url", "due", "since"}] of what waits for a person."""
    return [*_for_states(user), *_to_dispose(user)]


def _for_states(user):
    keys = spaces_of(user)
    if not keys:
        return
    rows = Consultation.objects.visible_to(user).open().unclosed().for_detail().order_by("ends", "pk")[:MOST]
    consultations = list(rows)
    if not consultations:
        return
    states = list(MemberState.objects.visible_to(user).filter(pk__in=keys).by_name())
    drafts, answered = _counted(consultations, keys)
    for consultation in consultations:
        for state in states:
            closes = consultation.closes_for(state)
            if not why_not_comment(consultation, state):
                place = (consultation.pk, state.pk)
                said = _for_state(user, consultation, state, drafts.get(place, 0), place in answered)
                if said:
                    yield said | {"due": last_day(closes, user), "since": consultation.opens.date()}


def _counted(consultations, keys):
    """({(consultation, State): how many drafts}, {(consultation, State) that answered officially})."""
    asked = {"consultation__in": consultations, "state__in": keys}
    counts = (
        Comment.objects.filter(**asked)
        .order_by()
        .values_list("consultation", "state")
        .annotate(drafts=Count("pk", filter=Q(status="draft")), submitted=Count("pk", filter=Q(status="submitted")))
    )
    drafts, answered = {}, set()
    for consultation, state, n, submitted in counts:
        drafts[consultation, state] = n
        if submitted:
            answered.add((consultation, state))
    answers = Answer.objects.filter(**asked).values_list("consultation", "state")
    said = {"comment__consultation__in": consultations, "comment__status": "submitted", "state__in": keys}
    endorsed = Endorsement.objects.filter(**said).values_list("comment__consultation", "state")
    return drafts, answered.union(answers, endorsed)


def _for_state(user, consultation, state, drafts, answered):
    """What there is to do for one State, or None."""
    words = {"title": consultation, "state": state, "n": drafts}
    may_submit = speaks_for(user, state.pk)
    url = reverse("consultations:space_detail", args=[consultation.pk, state.slug])
    if drafts and may_submit:
        text = ngettext(
            "Submit %(n)d comment of %(state)s on “%(title)s”", "Submit %(n)d comments of %(state)s on “%(title)s”",
            drafts,
        )  # fmt: skip
        note, button = _("Drafts are nobody's word until the Focal Point submits them."), _("Look at them")
    elif answered or drafts:
        return None
    elif may_submit:
        text, button = _("Answer “%(title)s” for %(state)s"), _("Answer")
        note = _("With comments, or by saying that there is none. Without an answer there is no record of your State.")
    else:
        text, button = _("Draft what %(state)s says on “%(title)s”"), _("Write")
        note = _("In your State's own space; the Focal Point submits it.")
    return {"text": text % words, "note": note, "button": button, "url": url}


def _to_dispose(user):
    """For who consults: comments to dispose of as soon as there are any, and what can be closed."""
    if scope(user, Action.CONSULT) == Scope.NONE:
        return
    begun = Consultation.objects.visible_to(user).begun().unclosed().for_list().with_undisposed()
    for consultation in begun.order_by("ends", "pk")[:MOST]:
        n, since, is_open = consultation.undisposed, consultation.ends.date(), timezone.now() < consultation.ends
        if not n and (is_open or timezone.now() < consultation.endorsing_ends):
            continue
        words = {"n": n, "title": consultation, "date": say_date(since, Precision.DAY)}
        note = _("The States can comment until %(date)s.") if is_open else _("The States commented until %(date)s.")
        if n:
            text = ngettext("Dispose of %(n)d comment on “%(title)s”", "Dispose of %(n)d comments on “%(title)s”", n)
            page, button = "consultations:disposition_list", _("Open the queue")
        else:
            text, page, button = _("Close “%(title)s”"), "consultations:consultation_close", _("Close the consultation")
        yield {
            "text": text % words,
            "note": note % words,
            "button": button,
            "url": reverse(page, args=[consultation.pk]),
            "due": None,
            "since": consultation.opens.date() if is_open else since,
        }
