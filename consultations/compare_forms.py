"""What a reader may ask of a comparison: with which other edition, and whether all of the text. Each is bounded."""

from django import forms

LAST_NUMBER = 32767


class CompareForm(forms.Form):
    all = forms.ChoiceField(choices=[("1", "1")], required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["with"] = forms.IntegerField(min_value=1, max_value=LAST_NUMBER, required=False)

    @property
    def other(self):
        """The number of the other edition, or None."""
        return self.cleaned_data["with"]

    @property
    def everything(self):
        return bool(self.cleaned_data["all"])

    @property
    def canonical(self):
        """What was asked, as an address has it, without the question mark."""
        asked = {"with": self.other, "all": self.cleaned_data["all"]}
        return "&".join(f"{name}={value}" for name, value in asked.items() if value)
