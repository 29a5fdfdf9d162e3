"""What the page of the log takes and shows: its filters, its lines in pages by key, the same lines as a table."""

import datetime

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.dates import Precision, say_date
from core.listing import Pill
from core.other_forms import cells, in_batches, refused
from core.spreadsheets import table_file
from members.access import Action, Scope, scope
from members.models import AuditEntry
from members.subjects import names_of

PER_PAGE = 50
LARGEST_KEY = 2**63 - 1
DAYS = [MinValueValidator(datetime.date(2000, 1, 1)), MaxValueValidator(datetime.date(2999, 12, 31))]


def day_field(label):
    return forms.DateField(
        label=label, required=False, validators=DAYS, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class LogForm(forms.Form):
    """Which lines are wanted."""

    kind = forms.ChoiceField(
        label=_("What was done"), required=False, choices=[("", _("Anything")), *AuditEntry.Kind.choices]
    )
    person = forms.CharField(
        label=_("E-mail address"), required=False, max_length=100, help_text=_("All of it or a part.")
    )
    since = day_field(_("From day"))
    until = day_field(_("Until day"))


class Log:
    """The lines that were asked for. A filter that cannot be used is left out, and said to be."""

    sort_choices = ()

    def __init__(self, request):
        self.request = request
        self.form = LogForm(request.GET)
        self.errors = [(self.form.fields[name].label, " ".join(said)) for name, said in self.form.errors.items()]
        self.values = {name: value for name, value in self.form.cleaned_data.items() if value not in (None, "")}

    def narrowed(self):
        """All lines with the filters in use."""
        return AuditEntry.objects.visible_to(self.request.user).matching(**self.values)

    @cached_property
    def page(self):
        return page_of(self.narrowed(), self.request, limit=PER_PAGE)

    @property
    def pills(self):
        """Filters in use, each removable."""
        return [
            Pill(name, str(self.form.fields[name].label), self._said(name, value), self.url(drop=name))
            for name, value in self.values.items()
        ]

    def _said(self, name, value):
        if name == "kind":
            return str(AuditEntry.Kind(value).label)
        return say_date(value, Precision.DAY) if isinstance(value, datetime.date) else value

    @property
    def clear_url(self):
        return self.request.path

    @property
    def older_url(self):
        """The next page; "" where this is the last one."""
        return self.url(before=self.page.next_key) if self.page.next_key else ""

    @property
    def newest_url(self):
        return "" if self.page.is_first else self.url()

    def at(self, path):
        """The address of another form of the same lines."""
        query = self._parameters()
        return f"{path}?{query.urlencode()}" if query else path

    def url(self, drop="", **more):
        query = self._parameters(drop)
        query.update(more)
        return f"{self.request.path}?{query.urlencode()}" if query else self.request.path

    def _parameters(self, drop=""):
        query = QueryDict(mutable=True)
        query.update({name: str(value) for name, value in self.values.items() if name != drop})
        return query


class Page:
    """Lines of one page, `rows`: (entry, its record as the reader may know it, the network address if he may)."""

    def __init__(self, entries, reader, *, is_first, limit):
        shown = entries[:limit]
        names, watches = names_of(shown, reader), scope(reader, Action.READ_AUDIT) == Scope.ANY
        self.rows = [
            (
                entry,
                names.get((entry.subject_kind, entry.subject_key)),
                entry.address if watches or entry.person_id in (None, reader.pk) else None,
            )
            for entry in shown
        ]
        self.is_first = is_first
        self.next_key = shown[-1].pk if len(entries) > limit else None


def page_of(entries, request, *, limit):
    """The Page that `before` asks for, the newest where it asks for none that can be."""
    asked = request.GET.get("before", "")
    key = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 20 else 0
    key = key if key <= LARGEST_KEY else 0
    rows = list(entries.written_before(key).for_list()[: limit + 1])
    return Page(rows, request.user, is_first=not key, limit=limit)


# No title of a record is written here: the file leaves the portal, and whoever opens it may know of fewer records.
COLUMNS = {
    "at_utc": lambda entry: entry.at,
    "act": lambda entry: entry.kind,
    "account": lambda entry: entry.person_id,
    "email": lambda entry: entry.person.email if entry.person else "",
    "name": lambda entry: entry.person.name if entry.person else "",
    "state": lambda entry: entry.person.state.iso3 if entry.person and entry.person.state else "",
    "organisation": lambda entry: entry.person.organisation.code if entry.person and entry.person.organisation else "",
    "address": lambda entry: entry.address,
    "subject": lambda entry: entry.subject_kind,
    "key": lambda entry: entry.subject_key,
    "label": lambda entry: entry.get_label_display() if entry.label is not None else "",
    "detail": lambda entry: entry.detail,
}


def log_form(request, form):
    """The lines as a table, the newest first, or a 400 that says what is wrong with the query."""
    log = Log(request)
    if problem := refused(request, form, log):
        return problem
    rows = (entry for batch in in_batches(log.narrowed().for_list()) for entry in batch)
    return table_file("log", form, list(COLUMNS), cells(COLUMNS, rows))
