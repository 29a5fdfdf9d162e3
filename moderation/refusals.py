"""Why an act on a proposal was not done; the sentence is for the person who tried it."""


class Refused(Exception):
    """Nothing was done. `str()` is the reason, in the reader's language."""


class Overtaken(Refused):
    """Somebody else saved the proposal since it was opened; `proposal` is as it is now."""

    def __init__(self, proposal):
        super().__init__("")
        self.proposal = proposal


class Moved(Refused):
    """The live record was changed since the proposal was begun."""


class Invalid(Refused):
    """What the form holds cannot be a record; `form` says why."""

    def __init__(self, form):
        super().__init__("")
        self.form = form
