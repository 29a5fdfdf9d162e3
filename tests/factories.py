"""Rows for tests: plain functions with sensible values, each of which a test may say otherwise.

What a test does not name is made too, so `make_event()` alone is a whole event with its host.
"""

import datetime
import hashlib
import itertools
import string
import uuid

from django.core.files.base import ContentFile
from django.utils import timezone

from community.actions import Words, add_post, start_thread
from community.models import Forum
from consultations.models import Comment, Consultation
from core.dates import Precision
from core.labels import Label
from documents.actions import refresh_audience
from documents.models import Document
from events.models import CooperationNeed, EventPlace, Lesson, MajorEvent, Series
from legislation.models import Instrument, TreatyAction
from members import invitations
from members.models import Invitation, Labelled, Mandate, User
from programme.models import Activity, Page
from reference.models import MemberState, Organisation, SubRegion, Theme
from training.actions import add_chapter, finalise, put_to_consultation, start_edition
from training.models import Publication
from training.writing import add_paragraph

PUBLISHED = Labelled.Publication.PUBLISHED
PASSWORD = "correct horse battery staple"
PDF = b"%PDF-1.4\n%%EOF\n"
numbers = itertools.count(1)


def _many(row, **sets):
    """Set the many-to-many relations that were given."""
    for name, members in sets.items():
        getattr(row, name).set(members)
    return row


def make_sub_region(*, slug="south", **fields):
    fields.setdefault("name", slug.replace("-", " ").capitalize())
    return SubRegion.objects.get_or_create(slug=slug, defaults=fields)[0]


def _code():
    """Two characters that no real State has and no other row of this test."""
    first, second = divmod(next(numbers) % 360, 36)
    return f"{first}{(string.digits + string.ascii_uppercase)[second]}"


def make_state(*, iso3=None, **fields):
    """A State; one that is there already under that code is taken as it is."""
    iso2 = _code()
    iso3 = iso3 or f"X{iso2}"
    there = MemberState.objects.filter(iso3=iso3).first()
    if there:
        return there
    fields = {"iso2": iso2, "slug": f"state-{iso3.lower()}", "name": f"State {iso3}"} | fields
    if "sub_region" not in fields:
        fields["sub_region"] = make_sub_region()
    return MemberState.objects.create(iso3=iso3, **fields)


def make_organisation(*, code=None, **fields):
    code = code or f"ORG{next(numbers)}"
    return Organisation.objects.create(code=code, **{"name": f"Organisation {code}"} | fields)


def make_theme(*, slug=None, **fields):
    slug = slug or f"theme-{next(numbers)}"
    return Theme.objects.create(slug=slug, **{"name": slug.replace("-", " ").capitalize()} | fields)


def make_series(*, slug=None, **fields):
    slug = slug or f"series-{next(numbers)}"
    return Series.objects.create(slug=slug, **{"name": slug.replace("-", " ").capitalize()} | fields)


def make_user(*, email=None, **fields):
    email = email or f"person{next(numbers)}@example.org"
    return User.objects.create_user(email, **{"password": PASSWORD, "name": email.split("@")[0]} | fields)


def make_mandate(*, person=None, state=None, role="focal_point", since=datetime.date(2020, 1, 1), **fields):
    """A State's seat in somebody's hands, in force unless the days say otherwise."""
    state = state or (person and person.state) or make_state()
    person = person or make_user(state=state)
    return Mandate.objects.create(person=person, state=state, role=role, since=since, **fields)


def make_invitation(*, role="expert", state=None, invited_by=None, token=None, **fields):
    """An invitation whose link works; the secret of the link is its `token`, which the portal does not keep."""
    token = token or invitations.new_token()
    if role == "partner":
        fields["organisation"] = fields.get("organisation") or make_organisation()
    else:
        state = state or make_state()
    email = f"invited{next(numbers)}@example.org"
    fields = {"email": email, "name": "Ivo Guest", "expires": timezone.now() + invitations.LASTS} | fields
    by = invited_by or make_user(is_staff=True)
    digest = invitations.digest_of(token)
    invitation = Invitation.objects.create(role=role, state=state, invited_by=by, digest=digest, **fields)
    invitation.token = token
    return invitation


def _period(fields, start):
    """The dates of a dated record: a day unless more was said; `end` follows `start`."""
    fields = {"start": start, "precision": Precision.DAY} | fields
    return {"end": fields["start"]} | fields


def make_event(
    *, slug=None, host_state=None, cities=(), other_hosts=(), themes=(), documents=(), named_states=(), **fields
):
    """A published event of one day in 2030, readable by everybody."""
    slug = slug or f"event-{next(numbers)}"
    fields = _period({"name": slug.replace("-", " ").capitalize(), "kind": "sport", "publication": PUBLISHED} | fields,
                     datetime.date(2030, 6, 1))  # fmt: skip
    event = MajorEvent.objects.create(slug=slug, host_state=host_state or make_state(), **fields)
    for order, city in enumerate(cities):
        EventPlace.objects.create(event=event, city=city, order=order)
    _many(event, other_hosts=other_hosts, themes=themes, documents=documents, named_states=named_states)
    return _findable(event)


def make_need(*, event=None, themes=(), named_states=(), **fields):
    """A published need of an event's host, readable by everybody."""
    fields = {"need": "Interpreters", "publication": PUBLISHED} | fields
    need = CooperationNeed.objects.create(event=event or make_event(), **fields)
    return _many(need, themes=themes, named_states=named_states)


def make_lesson(*, slug=None, state=None, themes=(), documents=(), named_states=(), **fields):
    """A published lesson of some State, of no event, readable by everybody."""
    slug = slug or f"lesson-{next(numbers)}"
    title = slug.replace("-", " ").capitalize()
    told = {"what_happened": "Gates opened late.", "recommendation": "Open the gates early."}
    fields = {"title": title, "kind": "lesson", "publication": PUBLISHED} | told | fields
    lesson = Lesson.objects.create(slug=slug, state=state or make_state(), **fields)
    return _findable(_many(lesson, themes=themes, documents=documents, named_states=named_states))


def make_instrument(*, slug=None, level="national", themes=(), events=(), documents=(), named_states=(), **fields):
    """A published text: a law of some State, or with another level the text of some organisation."""
    slug = slug or f"instrument-{next(numbers)}"
    title = slug.replace("-", " ").capitalize()
    fields = {"original_title": title, "title": title, "kind": "act", "publication": PUBLISHED} | fields
    if level == "national" and "state" not in fields:
        fields["state"] = make_state()
    if level != "national" and "organisation" not in fields:
        fields["organisation"] = make_organisation()
    instrument = Instrument.objects.create(slug=slug, level=level, **fields)
    _many(instrument, themes=themes, events=events, documents=documents, named_states=named_states)
    return _findable(instrument)


def make_treaty(**fields):
    return make_instrument(**{"level": "international", "kind": "convention"} | fields)


def make_treaty_action(*, instrument=None, state=None, **fields):
    fields = {"kind": "ratification", "date": "2010-05-04"} | fields
    return TreatyAction.objects.create(instrument=instrument or make_treaty(), state=state or make_state(), **fields)


def make_activity(*, slug=None, partners=(), themes=(), documents=(), named_states=(), **fields):
    """A published training of one day in 2020."""
    slug = slug or f"activity-{next(numbers)}"
    fields = {"title": slug.replace("-", " ").capitalize(), "kind": "training", "publication": PUBLISHED} | fields
    activity = Activity.objects.create(slug=slug, **_period(fields, datetime.date(2020, 3, 2)))
    _many(activity, partners=partners, themes=themes, documents=documents, named_states=named_states)
    return _findable(activity)


def make_document(*, content=PDF, filename="report.pdf", named_states=(), **fields):
    """A published document with a stored file; attach it, then call documents.actions.refresh_audience."""
    fields = {"title": filename, "extension": filename.rsplit(".", 1)[-1], "publication": PUBLISHED} | fields
    document = Document(filename=filename, size=len(content), sha256=hashlib.sha256(content).hexdigest(), **fields)
    document.file.save(filename, ContentFile(content), save=False)
    document.save()
    _many(document, named_states=named_states)
    refresh_audience(document)
    return document


def make_forum(*, slug=None, named_states=(), participants=(), **fields):
    """A published forum that every member reads, partners too."""
    slug = slug or f"forum-{next(numbers)}"
    fields = {"name": slug.replace("-", " ").capitalize(), "label": Label.GREEN, "open_to_partners": True} | fields
    forum = Forum.objects.create(slug=slug, **{"publication": PUBLISHED} | fields)
    return _many(forum, named_states=named_states, participants=participants)


def make_thread(*, forum=None, by=None, title="Barriers", text="How high are yours?", **fields):
    """A thread with its first post, begun by its own action."""
    words = Words(text=text, token=uuid.uuid4())
    by = by or make_user(state=make_state())
    return start_thread(forum=forum or make_forum(), title=title, words=words, by=by, **fields).thread


def make_post(*, thread=None, by=None, text="Two metres.", **fields):
    """A post in a thread, written by its own action."""
    words = Words(text=text, token=uuid.uuid4(), **fields)
    return add_post(thread=thread or make_thread(), words=words, by=by or make_user(state=make_state()))


def make_page(*, slug=None, **fields):
    slug = slug or f"page-{next(numbers)}"
    return Page.objects.create(
        slug=slug, **{"title": slug.replace("-", " ").capitalize(), "body": "<p>Text.</p>"} | fields
    )


def _findable(record):
    """Fill the text that the list's text filter looks into, as the actions do."""
    record.search_text = record.searchable()
    type(record).objects.filter(pk=record.pk).update(search_text=record.search_text)
    return record


def make_publication(*, slug=None, named_states=(), **fields):
    """A published manual that everybody may know of."""
    slug = slug or f"manual-{next(numbers)}"
    fields = {"title": slug.replace("-", " ").capitalize(), "kind": Publication.Kind.MANUAL} | fields
    work = Publication.objects.create(slug=slug, **{"label": Label.CLEAR, "publication": PUBLISHED} | fields)
    return _many(work, named_states=named_states)


def make_edition(*, work=None, label=Label.CLEAR, language="en", by=None, **fields):
    """An edition that is being drafted, begun by its own action."""
    return start_edition(work=work or make_publication(), by=by, label=label, language=language, **fields)


def make_chapter(*, edition=None, title="Planning", by=None, paragraphs=(), **fields):
    """A chapter of an edition that is being drafted; `paragraphs` are texts."""
    chapter = add_chapter(edition=edition or make_edition(), title=title, by=by, **fields)
    last = None
    for text in paragraphs:
        last = make_paragraph(chapter=chapter, text=text, after=last, by=by)
    return chapter


def make_paragraph(*, chapter=None, text="Begin early.", by=None, **fields):
    """A paragraph of a chapter, at its beginning unless it is `after` another; returns its EditionParagraph."""
    return add_paragraph(chapter=chapter or make_chapter(), text=text, by=by, **fields)


def make_consultation(*, edition=None, chapters=(), states=(), by=None, **fields):
    """A consultation that is open for a month, on an edition with one chapter of one paragraph unless one is given."""
    edition = edition or make_chapter(paragraphs=["Begin early."]).edition
    now = timezone.now()
    day = datetime.timedelta(days=1)
    fields = {"opens": now - day, "closes": now + 30 * day} | fields
    fields.setdefault("ends", fields["closes"])
    edition = put_to_consultation(edition=edition, by=by)
    return _many(Consultation.objects.create(edition=edition, author=by, **fields), chapters=chapters, states=states)


def make_comment(*, consultation=None, state=None, placed=None, text="Say when.", **fields):
    """A draft in a State's own space, on a paragraph where one is given."""
    consultation = consultation or make_consultation()
    where = {"placed": placed, "chapter": placed.chapter} if placed else {}
    fields = {"language": "en", "text_language": consultation.edition.language} | where | fields
    return Comment.objects.create(consultation=consultation, state=state or make_state(), text=text, **fields)


def make_submitted(**fields):
    """A comment that its State submitted."""
    comment = make_comment(**fields)
    comment.serial = Comment.objects.of(comment.consultation).by_state(comment.state).last_serial() + 1
    comment.status, comment.submitted = Comment.Status.SUBMITTED, timezone.now()
    comment.save()
    return comment


def make_final(edition, *, by=None):
    """The same edition, final and published."""
    return finalise(edition=edition, by=by)
