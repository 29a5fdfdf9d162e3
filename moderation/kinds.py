"""What States can propose: each app registers its kinds of records here, with the form they are written in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ProposalKind:
    """A kind of record that a State proposes or changes.

    `name` is a short word ("event"), `label` and `label_new` its translated name and what proposing a new one is
    called, `model` a Labelled model, `form` a subclass of moderation.forms.ProposalForm over it.
    """

    name: str
    label: str
    label_new: str
    model: type
    form: type


KINDS = {}


def register(kind):
    KINDS[kind.name] = kind
    return kind
