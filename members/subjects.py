"""What the lines of the log are about: records are known by kind and key, and named to those who may know of them."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from members.access import Action, Scope, scope
from members.models import User

ANYBODY = AnonymousUser()


@dataclass(frozen=True)
class Known:
    """A kind of records: its translated name, and `rows(user)`, those that a user may know of."""

    label: str
    rows: object


@dataclass(frozen=True)
class Named:
    """The record of a line as its reader may know it; `title` and `url` are "" for one that is hidden or gone."""

    label: str
    title: str = ""
    url: str = ""


def accounts_for(user):
    """The accounts that somebody may be told of here: his own, or all."""
    accounts = User.objects.all()
    return accounts if scope(user, Action.MANAGE_ACCOUNTS) == Scope.ANY else accounts.filter(pk=user.pk)


REGISTERS = [{"account": Known(_("account"), accounts_for)}]


def know_subjects(register):
    """Take {kind: an object with `label` and `rows(user)`} of the apps that are right of here; it may still grow."""
    REGISTERS.append(register)


def kinds():
    """{kind: an object with `label` and `rows(user)`} of all that is known."""
    return {name: subject for register in REGISTERS for name, subject in register.items()}


def kind_of_model(model_name):
    """What the log calls the records of a model: the name it is known by, or the model's own."""
    known = (name for name, subject in kinds().items() if subject.rows(ANYBODY).model._meta.model_name == model_name)
    return next(known, model_name[:20])


def subject_of(record):
    """(kind, key) of a record as the log keeps it."""
    return kind_of_model(record._meta.model_name), record.pk


def names_of(entries, reader):
    """{(kind, key): Named} of the records that lines are about; one query for each kind."""
    known, asked = kinds(), {}
    for entry in entries:
        if entry.subject_kind:
            asked.setdefault(entry.subject_kind, set()).add(entry.subject_key)
    found = {}
    for kind, keys in asked.items():
        label = str(known[kind].label) if kind in known else kind
        rows = known[kind].rows(reader).in_bulk(keys - {None}) if kind in known else {}
        found |= {(kind, key): _named(label, rows.get(key)) for key in keys}
    return found


def _named(label, record):
    page = getattr(record, "get_absolute_url", None)
    return Named(label, str(record) if record else "", page() if page else "")
