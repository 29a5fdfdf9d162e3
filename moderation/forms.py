"""What every form of a proposal shares."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class ProposalForm(forms.ModelForm):
    """A record as a State proposes it. Takes the live record, or a new one, as `instance`, and the proposing `state`.

    Subclasses name their `sections`, [(heading, [names of fields])], and the `translated` fields, which stand in the
    form once for each content language (`name_en` …). `owner_field` is the foreign key to the State that owns the
    record; it is set, never asked for. What saving the row itself does not do, `finish` does.
    """

    sections = []
    translated = ()
    owner_field = "state"

    def __init__(self, *args, state, **kwargs):
        super().__init__(*args, **kwargs)
        self.state = state
        if self.owner_field and self.instance.pk is None:
            setattr(self.instance, self.owner_field, state)

    def clean(self):
        cleaned = super().clean()
        for field in self.translated:
            names = [name for name in self.fields if name.rpartition("_")[0] == field]
            required = self.Meta.model._meta.get_field(field).blank is False
            if required and not any(cleaned.get(name) or name in self.errors for name in names):
                self.add_error(names[0], ValidationError(_("Give it in one language at least."), code="required"))
        return cleaned

    def title(self):
        """What the proposal is called in lists, from what the form holds, valid or not."""
        raise NotImplementedError

    def finish(self, record, *, by):
        """Write what belongs to the saved record beside its own row and lists."""
