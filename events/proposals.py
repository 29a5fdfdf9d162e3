"""How a State proposes an event or a lesson: the forms, and what is written when they are accepted."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.columns import reduced
from core.inputs import LinesField, WrittenDateField, keys_of
from core.labels import Label
from core.languages import CONTENT_CODES
from core.text import split_list
from documents.actions import refresh_record
from events.actions import set_venues
from events.countries import country_choices
from events.models import EventPlace, Lesson, MajorEvent
from events.querysets import cohosted
from moderation.kinds import ProposalKind, register
from moderation.record_forms import WHO_READS, RecordForm
from reference.models import MemberState, Sourced
from reference.querysets import today

MOST_CITIES, LONGEST_PLACE = 40, 322
MOST_PEOPLE, MOST_DELEGATIONS, MOST_ELSEWHERE = 100_000_000, 10_000, 40
MOST_OWN, MOST_OTHERS = 200, 100
SOURCES = {
    Sourced.SourceKind.OFFICIAL_PAGE: _("an official page or text"),
    Sourced.SourceKind.SECONDARY_PAGE: _("press, a law portal or another page"),
    Sourced.SourceKind.GENERAL_KNOWLEDGE: _("our own knowledge, for which there is no page yet"),
}


def columns(*fields):
    """The columns of translated texts."""
    return [f"{field}_{code}" for field in fields for code in CONTENT_CODES]


def source_choices(record):
    """The kinds of source that somebody chooses from, with the one that a record has."""
    kinds = dict(Sourced.SourceKind.choices)
    held = {record.source_kind: kinds[record.source_kind]} if record.source_kind else {}
    return [("", "---------"), *{**held, **SOURCES}.items()]


def events_of(state):
    """The Q of events that a State hosts alone or with others."""
    return Q(host_state=state) | cohosted([state])


def event_choices(field, state, kept, *, others=0):
    """(key, name and dates) of a State's latest events; then of so many others, and of what is `kept`."""
    events = field.queryset.for_overview().latest_first()
    own = list(events.filter(events_of(state))[:MOST_OWN])
    known = {event.pk for event in own}
    rest = list(events.exclude(pk__in=known)[:others]) if others else []
    rest += events.filter(pk__in=keys_of(kept)).exclude(pk__in=known | {event.pk for event in rest})
    return [_named(own), _named(rest)]


def _named(events):
    return [(event.pk, f"{event} · {event.dates}") for event in events]


def place_line(place):
    """A place as a line of the form: "Lima", or "Lima: National Stadium"."""
    return f"{place.city}: {place.venue}" if place.venue else place.city


def read_place(line):
    """(city, venue) of such a line. Raises ValidationError."""
    city, venue = (part.strip() for part in (*line.split(":", 1), "")[:2])
    EventPlace(city=city, venue=venue).clean_fields(exclude=["event"])
    return city, venue


class EventProposalForm(RecordForm):
    """An event. The State that proposes a new one is its main host."""

    translated = ("name", "summary", "status_note")
    owner_field = "host_state"
    lines = {"summary": 6}
    words = {
        "name": _("Name"),
        "kind": _("Kind"),
        "series": _("Series that it is an edition of"),
        "umbrella": _("Larger event that it is a part of"),
        "status": _("Status"),
        "status_note": _("Note on the status"),
        "other_hosts": _("Other States that host it"),
        "expected_attendance": _("Expected attendance"),
        "delegations": _("Participating delegations"),
        "organiser": _("Organiser"),
        "security_authority": _("Competent security authority"),
        "summary": _("Summary"),
        "source": _("Where is it known from?"),
    }
    hints = {
        "name": _("As the organiser writes it, with the year."),
        "umbrella": _("Such as the Games, for an opening ceremony."),
        "status_note": _("Such as who postponed it and why."),
        "expected_attendance": _("People, in digits only."),
        "security_authority": _("The ministry, police or agency that answers for its security."),
        "summary": _("What makes it matter for security, in a few sentences. Plain text."),
        "source": _(
            "An address or a citation, with which somebody else can check it. Several: separate them with “ ; ”."
        ),
    }
    sections = [
        (_("What it is"), ["language", "name", "kind", "series", "umbrella"]),
        (_("When"), ["start", "end", "status", "status_note"]),
        (_("Where"), ["cities", "other_hosts", "hosts_elsewhere"]),
        (_("How large, and who answers for it"),
         ["expected_attendance", "delegations", "organiser", "security_authority", "website"]),
        (_("What makes it matter"), ["summary", "themes"]),
        (_("Source"), ["source", "source_kind"]),
        WHO_READS,
    ]  # fmt: skip

    start = WrittenDateField(label=_("First day, month or year"))
    end = WrittenDateField(
        label=_("Last day, month or year"),
        required=False,
        help_text=_("As exactly as the first one. Leave it empty where it is the same."),
    )
    cities = LinesField(
        most=MOST_CITIES,
        longest=LONGEST_PLACE,
        label=_("Cities and venues"),
        required=False,
        help_text=_(
            "One a line, the main one first. A venue follows its city after a colon: “Lima: National Stadium”."
        ),
    )
    hosts_elsewhere = forms.MultipleChoiceField(
        label=_("Hosts outside the region"),
        required=False,
        choices=country_choices,
        help_text=_("For several, hold the Ctrl key (⌘ on a Mac) while you choose."),
    )
    expected_attendance = forms.IntegerField(required=False, min_value=0, max_value=MOST_PEOPLE)
    delegations = forms.IntegerField(required=False, min_value=0, max_value=MOST_DELEGATIONS)
    website = forms.URLField(label=_("Official website"), required=False, max_length=300, assume_scheme="https")
    source = forms.CharField(max_length=1000, widget=forms.Textarea)
    source_kind = forms.ChoiceField(label=_("What kind of source is that?"))

    class Meta:
        model = MajorEvent
        fields = [
            "language", *columns("name"), "kind", "series", "umbrella", "status", *columns("status_note"),
            "other_hosts", "hosts_elsewhere", "expected_attendance", "delegations", "organiser", "security_authority",
            "website", *columns("summary"), "themes", "source", "source_kind", "label", "named_states",
            "restricted_until",
        ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["source_kind"].choices = source_choices(self.instance)
        self._offer_hosts()
        self._offer_umbrellas()
        self._begin()

    def _offer_hosts(self):
        """Whoever is not the main host; States of the table are no hosts elsewhere."""
        others, elsewhere = self.fields["other_hosts"], self.fields["hosts_elsewhere"]
        others.queryset = others.queryset.exclude(pk=self.instance.host_state_id)
        listed = set(MemberState.objects.values_list("iso3", flat=True))
        elsewhere.choices = [choice for choice in country_choices() if choice[0] not in listed]

    def _offer_umbrellas(self):
        field = self.fields["umbrella"]
        offered = events_of(self.state) | Q(pk=self.instance.umbrella_id)
        field.queryset = field.queryset.filter(offered).exclude(pk=self.instance.pk)
        own, kept = event_choices(field, self.state, [self["umbrella"].value()])
        field.choices = [("", "---------"), *own, *kept]

    def _begin(self):
        """What the record holds in a form that its columns do not have."""
        event = self.instance
        if event.start:
            start, end = (reduced(day, event.precision) for day in (event.start, event.end))
            self.initial |= {"start": start, "end": "" if end == start else end}
        self.initial["cities"] = [place_line(place) for place in event.places.all()] if event.pk else []
        self.initial["hosts_elsewhere"] = split_list(event.hosts_elsewhere)

    def clean_cities(self):
        """[(city, venue)], each once."""
        found, errors = [], []
        for line in self.cleaned_data["cities"]:
            try:
                found.append(read_place(line))
            except ValidationError as error:
                errors += [f"{line[:40]}: {message}" for message in error.messages]
        if errors:
            raise ValidationError(errors)
        return list(dict.fromkeys(found))

    def clean_hosts_elsewhere(self):
        """Codes as the column holds them, in the order that it has where they are the same."""
        codes, held = self.cleaned_data["hosts_elsewhere"], split_list(self.instance.hosts_elsewhere)
        if len(codes) > MOST_ELSEWHERE:
            raise ValidationError(_("These are too many."))
        return ";".join(held if set(held) == set(codes) else codes)

    def clean(self):
        cleaned = super().clean()
        if "start" in cleaned and "end" in cleaned:
            self._take_dates(cleaned["start"], cleaned["end"] or cleaned["start"])
        return cleaned

    def _take_dates(self, start, end):
        """Put the period into the record; what is stored has one precision for both ends."""
        if end.precision != start.precision:
            self.add_error("end", _("Give the end as exactly as the start."))
        elif end.last < start.first:
            self.add_error("end", _("The end is before the start."))
        else:
            self.instance.start, self.instance.end, self.instance.precision = start.first, end.last, start.precision

    @classmethod
    def states_of(cls, record):
        return {record.host_state_id, *record.other_hosts.values_list("pk", flat=True)}

    def title(self):
        return self.text_of("name")

    def finish(self, record, *, by):
        set_venues(record, places=self.cleaned_data["cities"], by=by)
        refresh_record(record)


class LessonProposalForm(RecordForm):
    """A lesson: four questions, and what the answers rest on."""

    translated = ("title", "context", "what_happened", "what_we_did", "recommendation")
    lines = {"context": 4, "what_happened": 6, "what_we_did": 6, "recommendation": 5}
    words = {
        "kind": _("What is it?"),
        "title": _("In one sentence"),
        "event": _("At which event?"),
        "context": _("1. What was the situation?"),
        "what_happened": _("2. What happened?"),
        "what_we_did": _("3. What did you do?"),
        "recommendation": _("4. What do you recommend to others?"),
        "evidence": _("What does it rest on?"),
    }
    hints = {
        "title": _("So that a colleague in another country knows from the list whether it is for them."),
        "event": _("Leave it empty where it is not about a single event."),
        "context": _("Where, when, who was responsible, what was planned. What an outsider has to know."),
        "what_happened": _(
            "What went as planned and what did not, with numbers if you have them. No names of persons."
        ),
        "what_we_did": _("How you answered it, who took part, and what followed."),
        "recommendation": _("What somebody who prepares such an event should do. Only an unsolved challenge has none."),
        "evidence": _("Reports, figures, addresses; one a line. Files can be added to the proposal."),
    }
    sections = [
        (_("What it is"), ["language", "kind", "title", "event"]),
        (_("Four questions"), ["context", "what_happened", "what_we_did", "recommendation"]),
        (_("Evidence and themes"), ["evidence", "themes"]),
        WHO_READS,
    ]

    kind = forms.ChoiceField(
        widget=forms.RadioSelect,
        choices=[
            (Lesson.Kind.GOOD_PRACTICE, _("Good practice – it worked, and others can do the same")),
            (Lesson.Kind.LESSON, _("Lesson – we would do it differently next time")),
            (Lesson.Kind.CHALLENGE, _("Challenge – a problem that is not solved yet")),
        ],
    )

    class Meta:
        model = Lesson
        fields = [
            "language", "kind", *columns("title"), "event", *columns("context", "what_happened", "what_we_did"),
            *columns("recommendation"), "evidence", "themes", "label", "named_states", "restricted_until",
        ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk is None and not self.is_bound:
            self.initial["label"] = Label.GREEN.value
        field = self.fields["event"]
        own, others = event_choices(field, self.state, [self["event"].value()], others=MOST_OTHERS)
        groups = [(self.state.name, own), (_("Other events"), others)]
        field.choices = [("", "---------"), *(group for group in groups if group[1])]

    @classmethod
    def first_record(cls, query):
        """With the event of `?event=<key>`, where the reader may choose it."""
        record, keys = cls.new_record(), keys_of([query.get("event", "")])
        record.event_id = keys[0] if keys else None
        return record

    def title(self):
        return self.text_of("title")

    def prepare(self, record, *, by):
        """What the secretariat accepts, it validates."""
        super().prepare(record, by=by)
        record.validated, record.validated_by = today(), by

    def finish(self, record, *, by):
        refresh_record(record)


def register_kinds():
    register(ProposalKind("event", _("Event"), _("Propose an event"), MajorEvent, EventProposalForm))
    register(ProposalKind("lesson", _("Lesson"), _("Write a lesson"), Lesson, LessonProposalForm))
