"""What States can propose: each app registers its kinds of records here, with the form they are written in."""

from dataclasses import dataclass

from members.access import Action, Scope, scope


@dataclass(frozen=True)
class ProposalKind:
    """A kind of record that a State proposes or changes.

    `name` is a short word ("event"), the same as that of its subject in notifications; `label` and `label_new` its
    translated name and what proposing a new one is called, `model` a Labelled model, `form` a subclass of
    moderation.forms.ProposalForm over it.
    """

    name: str
    label: str
    label_new: str
    model: type
    form: type

    def may_propose(self, user, record):
        """Whether somebody may propose a change of a record that he sees."""
        return self.state_for(user, record) is not None

    def state_for(self, user, record):
        """The State for which somebody may propose a change of a record, or None."""
        mine = proposing_states(user)
        keys = self.form.states_of(record) if mine else set()
        return next((state for state in mine if state.pk in keys), None)


def proposing_states(user):
    """The States that somebody may draft proposals for; in practice one."""
    reach = scope(user, Action.DRAFT_PROPOSAL)
    if reach == Scope.STATE:
        return [mandate.state for mandate in user.mandates_in_force]
    return [user.state] if reach == Scope.OWN else []


KINDS = {}


def register(kind):
    KINDS[kind.name] = kind
    return kind
