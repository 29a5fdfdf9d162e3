"""What moderators look after: each app registers its kinds of things here, with what can be done to them."""

import datetime
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Thing:
    """Something that can be moderated, as its reader sees it.

    `author` is the account whose it is, or None; `who` says it in words that this reader may know. `text` is what it
    says, `html` the same as cleaned HTML. `stage` says how it stands now, where that is not the usual. `links` are
    [(what the link says, address)] of acts that have a page of their own.
    """

    title: str
    text: str
    html: str
    author: object
    who: str
    url: str
    label: int
    written: datetime.datetime
    stage: str = ""
    links: list = field(default_factory=list)

    label_field = "label"


def nothing(record, *, by, note):
    """An act that changes nothing of the thing itself."""
    return {}


def always(record):
    return True


def unversioned(record):
    """The version of what nobody edits."""
    return 0


@dataclass(frozen=True)
class Act:
    """One thing that moderators do: `name` is a Decision.Act, `button` and `done` what the button and the message say.

    `perform(record, by=, note=)` does it, returns what undoing it needs, and raises Refused where it cannot be done.
    `told` is the kind of notification for the author, "" where it does not concern him. `upholds` says whether open
    reports were right; None leaves them open. `is_open(record)` says whether it makes sense now.
    """

    name: str
    button: str
    done: str
    perform: object = nothing
    told: str = ""
    needs_reason: bool = False
    upholds: bool | None = True
    is_open: object = always


@dataclass(frozen=True)
class Moderated:
    """A kind of things: `name` is that of its subject in notifications, `label` its translated name.

    `rows(user)` are those that somebody may read, `waiting(user)` those that wait to be let out, each with when it was
    `created`. `locked(key, user)` is one of rows(user) as it is now, which nobody else changes until the transaction
    ends, or None. `thing(record, reader)` is the Thing; `acts` are Acts in their order. `version(record)` counts how
    often its words were edited.
    """

    name: str
    label: str
    rows: object
    waiting: object
    locked: object
    thing: object
    acts: tuple
    version: object = unversioned


MODERATED = {}

SETTLE = Act("settled", _("Close the reports: dealt with in another way"), _("The reports are closed."))
KEEP = Act("kept", _("Close the reports: leave it as it is"), _("The reports are closed, nothing was changed."),
           upholds=False)  # fmt: skip


def register_moderated(about):
    MODERATED[about.name] = about
    return about
