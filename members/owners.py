"""Whose word counts for a label: only the owner of a record widens it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.labels import Label
from members.access import Action, Scope, scope, state_ids_of
from members.models import Mandate


def may_release(user, record):
    """Whether `user` may widen the label of a record, or say that it stays as it is for longer.

    Its State's Focal Point may; the secretariat for its own records, and for those of a State whose seat is vacant.
    """
    reach = scope(user, Action.RELEASE)
    if record.state_id is None or reach == Scope.NONE:
        return reach == Scope.ANY
    if record.state_id in state_ids_of(user):
        return True
    return reach == Scope.ANY and record.state_id not in Mandate.objects.in_force().seats()


class AudienceForm(forms.ModelForm):
    """The curators' form of a record that is there: under TLP:RED only its owner lets more States read it."""

    def clean(self):
        cleaned = super().clean()
        stored = type(self.instance)._base_manager.filter(pk=self.instance.pk, label=Label.RED).first()
        more = set(cleaned.get("named_states", [])) - set(stored.named_states.all()) if stored else ()
        if more and Mandate.objects.speak_for({stored.state_id}):
            said = _("Only the State that owns this record names more States; its Focal Point proposes the change.")
            self.add_error("named_states", said)
        return cleaned
