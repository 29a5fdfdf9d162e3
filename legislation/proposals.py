"""How a State proposes a text of its law: the form, and what is written when it is accepted."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.inputs import Picks, RowsField, WrittenDateField, keys_of
from documents.actions import refresh_record
from events.proposals import columns, event_choices, events_of, source_choices
from legislation.actions import set_relations
from legislation.models import Instrument, InstrumentRelation
from moderation.kinds import ProposalKind, register
from moderation.record_forms import WHO_READS, RecordForm
from reference.models import Sourced
from reference.querysets import today

MOST_TEXTS = 100
DATES = ["adopted_on", "in_force_on", "last_amended_on", "repealed_on"]
RELATIONS = {"amends": InstrumentRelation.Kind.AMENDS, "repeals": InstrumentRelation.Kind.REPEALS}


class OtherTexts(RowsField):
    """Other texts of the same State, by their titles."""

    def __init__(self, **kwargs):
        super().__init__(Instrument.objects.all(), required=False, widget=Picks, **kwargs)

    def label_from_instance(self, instrument):
        return " · ".join(filter(None, [instrument.original_title, instrument.number]))


class InstrumentProposalForm(RecordForm):
    """A text of national law; its State owns it."""

    translated = ("title", "summary")
    asks_in_own_language = False
    lines = {"summary": 6}
    words = {
        "language": _("Language of the original"),
        "original_title": _("Original title"),
        "title": _("Title in translation"),
        "kind": _("Kind"),
        "number": _("Number or citation"),
        "gazette": _("Official gazette"),
        "subdivision": _("Province, state or city, where it is not the law of the whole country"),
        "status": _("Status"),
        "adopted_on": _("Adopted"),
        "in_force_on": _("In force since"),
        "last_amended_on": _("Last amended"),
        "repealed_on": _("Repealed"),
        "summary": _("Summary"),
        "events": _("Events that it was made for"),
        "source": _("Where is it known from?"),
    }
    hints = {
        "language": "",
        "original_title": _("As the gazette has it, in the language of the original."),
        "title": _("Leave out the language of the original."),
        "number": _("Such as “Ley 1453 de 2011”."),
        "gazette": _("Name, number and date."),
        "summary": _("What it provides for the security of major events, in a few sentences. Plain text."),
        "source": _("Only where it is not the official text: an address or a citation. Several: separate by “ ; ”."),
        "source_kind": _("Leave it empty where the official text is the source."),
    } | dict.fromkeys(DATES, _("As exactly as it is known: 2027, 06/2027 or 12/06/2027 (day first)."))
    sections = [
        (_("The text"), ["language", "original_title", "title", "kind", "number", "gazette", "subdivision"]),
        (_("Dates and status"), ["status", *DATES]),
        (_("What it is about"), ["summary", "themes", "events"]),
        (_("What it does to other texts"), ["amends", "repeals"]),
        (_("Where it can be read"), ["url", "source", "source_kind", "checked"]),
        WHO_READS,
    ]

    url = forms.URLField(label=_("Address of the official text"), required=False, max_length=500, assume_scheme="https")
    source = forms.CharField(required=False, max_length=1000, widget=forms.Textarea)
    source_kind = forms.ChoiceField(label=_("What kind of source is that?"), required=False)
    amends = OtherTexts(label=_("Texts that it amends"))
    repeals = OtherTexts(label=_("Texts that it repeals"))
    checked = forms.BooleanField(
        label=_("This record was checked against the official text"),
        required=False,
        help_text=_("Its page then says that its State verified it, on the day when the secretariat accepts this."),
    )

    class Meta:
        model = Instrument
        fields = [
            "language", "original_title", *columns("title"), "kind", "number", "gazette", "subdivision", "status",
            *DATES, *columns("summary"), "themes", "events", "url", "source", "source_kind", "label", "named_states",
            "restricted_until",
        ]  # fmt: skip
        field_classes = dict.fromkeys(DATES, WrittenDateField)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["source_kind"].choices = source_choices(self.instance)
        self._offer_events()
        for name, kind in RELATIONS.items():
            self._offer_texts(name, kind)

    def _offer_events(self):
        field, law = self.fields["events"], self.instance
        held = Q(pk__in=law.events.values("pk")) if law.pk else Q()
        field.queryset = field.queryset.filter(events_of(self.state) | held)
        own, kept = event_choices(field, self.state, self["events"].value() or [])
        field.choices = own + kept

    def _offer_texts(self, name, kind):
        """The latest of the other texts of the State, and those that the record relates to already."""
        field, law = self.fields[name], self.instance
        held = list(law.relations.of_kind(kind).values_list("target", flat=True)) if law.pk else []
        offered = field.queryset.filter(Q(state=self.state) | Q(pk__in=held)).exclude(pk=law.pk)
        field.queryset, self.initial[name] = offered.latest_first(), held
        shown = list(field.queryset[:MOST_TEXTS])
        kept = keys_of(self[name].value() or [])
        shown += field.queryset.filter(pk__in=kept).exclude(pk__in=[text.pk for text in shown])
        field.choices = [(text.pk, field.label_from_instance(text)) for text in shown]

    @classmethod
    def new_record(cls, proposal=None):
        return Instrument(level=Instrument.Level.NATIONAL)

    def clean(self):
        """A text without another source is known from its official address."""
        cleaned = super().clean()
        if not cleaned.get("source") and not {"url", "source"} & self.errors.keys():
            if cleaned["url"]:
                cleaned["source"], cleaned["source_kind"] = cleaned["url"], Sourced.SourceKind.OFFICIAL_PAGE
            else:
                said = _("Give the address of the official text, or say where the text is known from.")
                self.add_error("url", ValidationError(said, code="required"))
        elif cleaned.get("source") and not cleaned.get("source_kind") and "source_kind" not in self.errors:
            self.add_error("source_kind", ValidationError(_("Say what kind of source it is."), code="required"))
        return cleaned

    def title(self):
        return self.text_of("original_title")

    def finish(self, record, *, by):
        for name, kind in RELATIONS.items():
            set_relations(record, kind=kind, targets=self.cleaned_data[name], by=by)
        if self.cleaned_data["checked"]:
            record.verified_on, record.verified_by = today(), by
            record.save(update_fields=["verified_on", "verified_by"])
        refresh_record(record)


def register_kinds():
    register(ProposalKind("instrument", _("Law"), _("Propose a law"), Instrument, InstrumentProposalForm))
