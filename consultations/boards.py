"""What every State says of an edition, as boards and files show it, and what one State says of all editions."""

from collections import Counter
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Prefetch
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from consultations.models import Adoption, Position
from core.labels import Label
from core.other_forms import cells, text_of
from core.spreadsheets import table_file
from core.text import fold
from legislation.models import Instrument
from reference.models import MemberState

NO_RECORD = "no_record"
SILENT = pgettext_lazy("of a State that said nothing", "No record")
TONES = {
    Position.Kind.ENDORSES: "done",
    Position.Kind.RESERVATIONS: "upcoming",
    Position.Kind.DOES_NOT: "refused",
    Adoption.Level.NONE: "past",
    Adoption.Level.PLANNED: "upcoming",
    Adoption.Level.PARTIAL: "ongoing",
    Adoption.Level.ADOPTED: "done",
}
ANSWERS = {Position: ("kind", Position.Kind), Adoption: ("level", Adoption.Level)}


def answer_of(row):
    """What a Position or an Adoption says in one of its words: "endorses", "planned"; of None "no_record"."""
    return getattr(row, ANSWERS[type(row)][0]) if row else NO_RECORD


@dataclass(frozen=True)
class Line:
    """One State: what it says, a Position, an Adoption or None, and the evidence that the reader may know of."""

    state: MemberState
    said: object = None
    evidence: list = field(default_factory=list)

    @property
    def answer(self):
        return answer_of(self.said)

    @property
    def words(self):
        """The same as the reader reads it."""
        return ANSWERS[type(self.said)][1](self.answer).label if self.said else SILENT

    @property
    def tone(self):
        """The tag in which it stands."""
        return TONES[self.answer]


class Board:
    """Positions on an edition, or adoptions of it, as `user` may know of them: every State of the Programme that may
    know of the edition, and any other that said something."""

    def __init__(self, model, edition, user):
        self.model, self.edition = model, edition
        said = {row.state_id: row for row in known_to(user, model.objects.visible_to(user).of(edition))}
        states = MemberState.objects.visible_to(user).for_list().by_name()
        named = _named_in(edition)
        shown = [row for row in states if row.pk in said or row.participates and (named is None or row.pk in named)]
        self.lines = [_line(state, said.get(state.pk)) for state in shown]

    @cached_property
    def answers(self):
        """[(answer, its name)], the last of them for States without a record."""
        return [*ANSWERS[self.model][1].choices, (NO_RECORD, SILENT)]

    @property
    def spoken(self):
        """How many States said something."""
        return sum(line.said is not None for line in self.lines)

    @cached_property
    def regions(self):
        """[(sub-region, its lines, how many give each of the answers)]."""
        found = {}
        for line in self.lines:
            found.setdefault(line.state.sub_region, []).append(line)
        regions = sorted(found.items(), key=lambda item: fold(text_of(item[0], "name")))
        return [(region, lines, self._numbers(lines)) for region, lines in regions]

    def says(self, state):
        """Whether a State has said something."""
        return any(line.said for line in self.lines if line.state == state)

    @property
    def totals(self):
        return self._numbers(self.lines)

    def _numbers(self, lines):
        """[(name of an answer, how many)]."""
        counts = Counter(line.answer for line in lines)
        return [(name, counts[answer]) for answer, name in self.answers]


def _named_in(edition):
    """Ids of the States that alone may know of an edition; None where all may."""
    record = edition.strictest
    return set(record.named_states.values_list("pk", flat=True)) if record.label == Label.RED else None


def known_to(user, rows):
    """Positions or adoptions with what a board says of each: of the evidence what `user` may know of."""
    if rows.model is Adoption:
        known = Instrument.objects.visible_to(user).for_list().latest_first()
        rows = rows.prefetch_related(Prefetch("instruments", queryset=known, to_attr="evidence"))
    return rows


def _line(state, row):
    return Line(state, row, getattr(row, "evidence", []))


@dataclass(frozen=True)
class Standings:
    """What one State says of an edition: Lines, None where that is not asked or not said."""

    edition: object
    position: Line | None
    adoption: Line | None


def standings_of(state, user):
    """[Standings] of a State on the editions that hold, those on which it said something."""
    found = {}
    for model in ANSWERS:
        rows = model.objects.visible_to(user).by_state(state).on_current()
        for row in known_to(user, rows):
            found.setdefault(row.edition, {})[model] = _line(state, row)
    in_order = sorted(found.items(), key=lambda item: (item[0].work.order, item[0].work_id))
    return [Standings(edition, said.get(Position), said.get(Adoption)) for edition, said in in_order]


# As files

FIRST_COLUMNS = {
    "state_code": lambda line: line.state.iso2,
    "iso3": lambda line: line.state.iso3,
    "state": lambda line: text_of(line.state, "name"),
    "subregion": lambda line: text_of(line.state.sub_region, "name"),
}
COLUMNS = {
    Position: {
        **FIRST_COLUMNS,
        "position": lambda line: line.answer,
        "reservations_or_reasons": lambda line: line.said and line.said.text,
        "said_on": lambda line: line.said and line.said.at,
    },
    Adoption: {
        **FIRST_COLUMNS,
        "adoption": lambda line: line.answer,
        "what_was_done": lambda line: line.said and line.said.text,
        "evidence_slugs": lambda line: ";".join(row.slug for row in line.evidence),
        "evidence_link": lambda line: line.said and line.said.link,
        "said_on": lambda line: line.said and line.said.at,
    },
}
NAMES = {Position: "position", Adoption: "adoption"}
PAGES = {Position: "consultations:position_list", Adoption: "consultations:adoption_board"}

FORMS = {Position: "consultations:position_take", Adoption: "consultations:adoption_record"}


def page_of(model, edition):
    """The address of a board."""
    return reverse(PAGES[model], args=[edition.work.slug, edition.number])


def act_of(model, edition, state, *, spoken):
    """(What the button says by which somebody speaks for a State, its address, whether the State has spoken)."""
    said = _("Say how far %(state)s has adopted it") if model is Adoption else _("Say where %(state)s stands")
    said = _("Change what %(state)s says") if spoken else said
    url = reverse(FORMS[model], args=[edition.work.slug, edition.number])
    return said % {"state": text_of(state, "name")}, f"{url}?state={state.slug}", spoken


def board_file(model, edition, user, form):
    """The board as a table; each row says which edition it is of, and for whom."""
    about = {
        "publication": lambda line: edition.work.slug,
        "edition": lambda line: edition.number,
        "label": lambda line: edition.strictest.get_label_display(),
        "page": lambda line: settings.BASE_URL + page_of(model, edition),
    }
    columns = COLUMNS[model] | about
    name = f"{NAMES[model]}s-{edition.work.slug}-{edition.number}"
    return table_file(name, form, list(columns), cells(columns, Board(model, edition, user).lines))
