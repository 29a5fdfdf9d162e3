"""What the tests of proposals share: what a form is filled with, and proposals in each status."""

import uuid

from django.urls import reverse

from moderation import accepting, actions
from moderation.kinds import KINDS
from moderation.models import Proposal

EVENT = {
    "language": "en",
    "name_en": "Cup of Nations",
    "kind": "sport",
    "status": "confirmed",
    "start": "2031-06-12",
    "summary_en": "Twelve matches in two cities.",
    "source": "https://cup.example.org/",
    "source_kind": "official-page",
    "label": "0",
}


def as_texts(form):
    """A filled form as it is kept."""
    return {name: value if isinstance(value, list) else [value] for name, value in form.items()}


def draft_of(person, *, state=None, **changes):
    """A draft of a new event."""
    about = KINDS["event"]
    data = as_texts({**EVENT, **changes})
    draft, _ = actions.create(about=about, state=state or person.state, token=uuid.uuid4(), data=data, by=person)
    return draft


def change_of(record, person, *, kind="event", **changes):
    """A draft that changes a live record in what is named."""
    draft = actions.begin_change(about=KINDS[kind], record=record, state=person.state, by=person)
    if changes:
        draft = actions.save(proposal=draft, version=draft.version, data={**draft.data, **as_texts(changes)}, by=person)
    return draft


def submitted(draft, person):
    return actions.submit(proposal=draft, version=now(draft).version, by=person)


def returned(draft, reviewer, reasons="The dates are those of the last edition."):
    return actions.give_back(proposal=draft, version=now(draft).version, reasons=reasons, by=reviewer)


def accepted(draft, reviewer):
    return accepting.accept(proposal=draft, version=now(draft).version, by=reviewer)


def now(proposal):
    """The proposal as it is in the database."""
    return Proposal.objects.select_related("state", "author").get(pk=proposal.pk)


def page(name, proposal, *more):
    return reverse(f"moderation:proposal_{name}", args=[proposal.uuid, *more])


def saved(client, proposal, form, *, version=None, do="save"):
    """Post the form of a proposal."""
    version = now(proposal).version if version is None else version
    return client.post(page("edit", proposal), {**form, "version": version, "do": do})
