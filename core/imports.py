"""Import and export of records: the base of every resource, for the curators' admin and for `manage.py load`."""

import datetime
import re

from django.core.exceptions import ValidationError
from django.db.models.signals import post_save
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from import_export.instance_loaders import ModelInstanceLoader
from import_export.resources import Resource
from import_export.results import Error

from core.columns import Related, RelatedList
from core.exports import escape_cell, is_formula, unescape_cell
from core.tables import MAX_ROWS, BadFile

PREVIEWED = 200
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


# Functions of (resource, result), called in the transaction of an import that is saved: what keeps a log adds its own.
observers = []


def cell_text(value):
    """A cell of any file as the text that a CSV file would hold."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        value = value.date()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)


def read_cell(value):
    """The text of a cell, trimmed and unescaped. Raises ValidationError for what no column takes."""
    text = cell_text(value)
    if CONTROL.search(text):
        raise ValidationError(_("The cell holds a control character."))
    if is_formula(text) or is_formula(text.strip()):
        raise ValidationError(_("The cell looks like a formula: it begins with = + - @ or a tab."))
    return unescape_cell(text.strip()).replace("\r\n", "\n").replace("\r", "\n")


def write_history(record, *, created):
    """One entry of the history for a record and its lists as they are now, where saving them wrote none."""
    post_save.send(
        type(record), instance=record, created=created, update_fields=None, raw=False, using=record._state.db
    )


class Problem(Error):
    """An error as curators see it: without the machine's paths."""

    traceback = ""


class RecordResource(Resource):
    """Rows to records and back. Subclasses declare columns, `class Meta: model`, and refresh().

    `publication` is the state of a new record whose file does not say it, `by` whose import it is. A row that
    changes nothing is skipped and leaves no history; one that does leaves one entry. A file with a bad row is
    rolled back as a whole.
    """

    lists = []  # relations beside the list columns that exports read

    class Meta:
        import_id_fields = ["slug"]
        instance_loader_class = ModelInstanceLoader
        clean_model_instances = True
        skip_diff = True

    def __init__(self, *, publication="draft", by=None, **kwargs):
        super().__init__(**kwargs)
        self.publication, self.by = publication, by
        self._codes, self._inverse = {}, {}
        for column in self.fields.values():
            column.resource = self

    def get_queryset(self):
        return self._meta.model.objects.all()

    def init_instance(self, row=None):
        return self._meta.model()

    @classmethod
    def get_error_result_class(cls):
        return Problem

    @classmethod
    def get_display_name(cls):
        return str(cls._meta.model._meta.verbose_name_plural)

    def codes(self, model, key):
        """{code: primary key} of all records of a model, read once."""
        if (model, key) not in self._codes:
            self._codes[model, key] = dict(model.objects.values_list(key, "pk"))
        return self._codes[model, key]

    def code_of(self, model, key, pk):
        """The other way round; "" for nothing."""
        codes = self.codes(model, key)
        if len(self._inverse.get(model, {})) != len(codes):
            self._inverse[model] = {pk: code for code, pk in codes.items()}
        return self._inverse.get(model, {}).get(pk, "")

    def refresh(self, instance):
        """What is derived from a record, after it and its lists are saved."""

    # A file

    def import_data(self, dataset, *args, **kwargs):
        """As the library's, but a bad row always rolls everything back, and rows are numbered by their lines."""
        kwargs |= {"rollback_on_validation_errors": True, "use_transactions": True}
        result = super().import_data(dataset, *args, **kwargs)
        for row in [*result.invalid_rows, *result.error_rows]:
            row.number = self.lines[row.number - 1]
        result.problems = problems(result)
        self._preview(result)
        return result

    def _preview(self, result):
        """The beginning of what would change, for the page that asks whether to go on."""
        rows = [row for row in result.rows if row.import_type in ("new", "update")]
        result.preview, result.more = rows[:PREVIEWED], len(rows) > PREVIEWED

    def before_import(self, dataset, **kwargs):
        self.lines = list(getattr(dataset, "lines", range(2, len(dataset) + 2)))
        self.seen, self.later, self.refused_late, self.restood = {}, [], [], []
        self._codes, self._inverse = {}, {}
        problems = self._bad_headers([cell_text(header).strip() for header in dataset.headers or []])
        if len(dataset) > MAX_ROWS:
            problems.append(_("The file has more than %(rows)d rows.") % {"rows": MAX_ROWS})
        if problems:
            dataset.wipe()
            raise BadFile([(None, reason) for reason in problems])
        dataset.headers = [cell_text(header).strip() for header in dataset.headers]
        self.in_file = {cell_text(cell).strip() for cell in dataset[self.key_columns[0]]}

    @property
    def key_columns(self):
        return [self.fields[name].column_name for name in self.get_import_id_fields()]

    def known_columns(self):
        return {column.column_name: column.needs for column in self.fields.values()}

    def _bad_headers(self, headers):
        """Reasons why a header row is refused."""
        known = self.known_columns()
        missing = [column for column in self.key_columns if column not in headers]
        missing += [need for header in headers for need in known.get(header, ()) if need not in headers]
        wrong = [header for header in headers if header not in known]
        twice = [header for header in dict.fromkeys(headers) if headers.count(header) > 1]
        return [
            *_naming(ngettext("Unknown column: %s", "Unknown columns: %s", len(wrong)), wrong),
            *_naming(ngettext("Missing column: %s", "Missing columns: %s", len(missing)), missing),
            *_naming(ngettext("Column named twice: %s", "Columns named twice: %s", len(twice)), twice),
        ]

    def after_import(self, dataset, result, **kwargs):
        """What had to wait until every row was saved; it may still find a row bad."""
        if not result.has_errors() and not result.has_validation_errors():
            for act in self.later:
                act()
            for number, row, error in self.refused_late:
                result.append_invalid_row(number, row, error)
            if not self.refused_late and not kwargs.get("dry_run"):
                for observe in observers:
                    observe(self, result)

    # A row

    def before_import_row(self, row, **kwargs):
        self.errors, self.changed, self.failed = {}, [], []
        self.number = kwargs["row_number"]
        for column, value in row.items():
            try:
                row[column] = read_cell(value)
            except ValidationError as error:
                row[column] = ""
                self.errors[column] = error
        self._refuse_twice(self.key_of(row))

    def _refuse_twice(self, key):
        first = self.seen.setdefault(key, self.number)
        if first != self.number and any(key):
            self.errors[self.key_columns[-1]] = ValidationError(
                _("Twice in this file: line %(line)d has it too.") % {"line": self.lines[first - 1]}
            )

    def key_of(self, row):
        """What makes a row the same as another."""
        return tuple(row[column] for column in self.key_columns)

    def get_instance(self, instance_loader, row):
        text = row[self.key_columns[0]]
        attribute = self.fields[self.get_import_id_fields()[0]].attribute
        return self.locked(**{attribute: text}).first() if text else None

    def locked(self, **conditions):
        """Rows that nobody else changes until this file is done."""
        return self.get_queryset().filter(**conditions).select_for_update(of=("self",))

    def after_init_instance(self, instance, new, row, **kwargs):
        self.new = new
        if self.by:
            instance._history_user = self.by
        if new and hasattr(instance, "publication"):
            instance.publication, instance.author = self.publication, self.by

    def import_instance(self, instance, row, **kwargs):
        self.stood = standing_of(instance)
        for column in self.get_import_fields():
            if column.column_name in row and column.column_name not in self.errors:
                try:
                    if column.take(instance, row):
                        self.changed.append(column)
                except ValidationError as error:
                    self.failed.append(column)
                    self._note(error, column.column_name)
        if self.errors:
            raise ValidationError(self.errors)

    def _note(self, error, column):
        """Keep an error under its column; one of several columns names them itself."""
        found = error.error_dict if hasattr(error, "error_dict") else {column: error.error_list}
        for name, errors in found.items():
            self.errors.setdefault(name, ValidationError(errors))

    def skip_row(self, instance, original, row, import_validation_errors=None):
        return not (import_validation_errors or self.changed or self.new)

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        """As the library's, with every error under the name of its column."""
        bad = [column for column in self.fields.values() if column.column_name in self.errors]
        try:
            instance.full_clean(exclude={name for column in bad + self.failed for name in column.attributes})
        except ValidationError as error:
            columns = self._columns_by_attribute()
            for name, errors in error.error_dict.items():
                self.errors.setdefault(columns.get(name, name), ValidationError(errors))
        if self.errors:
            said = {self.column_said(name): error for name, error in self.errors.items()}
            raise ValidationError({name: list(dict.fromkeys(error.messages)) for name, error in said.items()})

    def column_said(self, name):
        """The column of the file, as its header has it, for a column of this resource."""
        return name

    def _columns_by_attribute(self):
        """Names of columns by the attribute they set; "name" is said under the column of name_en."""
        columns = list(self.fields.values())
        found = {name: column.column_name for column in reversed(columns) for name in column.attributes}
        return {name.removesuffix("_en"): column for name, column in found.items()} | found

    def do_instance_save(self, instance, is_create):
        instance.save_without_historical_record(force_insert=is_create)

    def save_m2m(self, instance, row, **kwargs):
        """Lists and children; then one entry of the history that holds them all."""
        instance.skip_history_when_saving = True
        for column in self.changed:
            column.write(instance, row)
        del instance.skip_history_when_saving
        write_history(instance, created=self.new)
        self.refresh(instance)
        if not self.new and self.stood != standing_of(instance):
            self.restood.append((instance, self.stood))

    def after_import_row(self, row, row_result, **kwargs):
        """What `manage.py load` reports of the row."""
        row_result.line = self.lines[kwargs["row_number"] - 1]
        row_result.key = " ".join(part for part in self.key_of(row) if part)
        row_result.changed = [column.column_name for column in self.changed]
        row_result.new_values = [(name, row[name]) for name in row_result.changed]

    # An export

    def export_field(self, field, instance, **kwargs):
        return escape_cell(field.export(instance, **kwargs))

    def filter_export(self, queryset, **kwargs):
        columns = [column.attribute for column in self.fields.values() if isinstance(column, RelatedList)]
        return queryset.prefetch_related(*columns, *self.lists)


def standing_of(instance):
    """(label, publication) of a record that has them: who reads it."""
    return getattr(instance, "label", None), getattr(instance, "publication", None)


def _naming(sentence, names):
    """The sentence with the names in it, or nothing where there are none."""
    return [sentence % ", ".join(name[:40] or "—" for name in names)] if names else []


class SameFileRelated(Related):
    """A record of the same model, which may stand later in the same file."""

    def take(self, instance, row):
        code = row[self.column_name]
        if code and code == row[self.resource.key_columns[0]]:
            raise ValidationError(_("A record does not refer to itself."))
        if code in self.codes or code not in self.resource.in_file or not code:
            return super().take(instance, row)
        number = self.resource.number
        self.resource.later.append(lambda: self._take_later(instance, code, number, row))
        return True

    def _take_later(self, instance, code, number, row):
        setattr(instance, self.attribute, self.model.objects.get(**{self.key: code}))
        try:
            instance.full_clean()
        except ValidationError as error:
            reasons = ValidationError({self.column_name: error.messages})
            self.resource.refused_late.append((number, row, reasons))
        else:
            self._store(instance)

    def _store(self, instance):
        """Into the record, and into the entry of the history that this import has written for it."""
        value = {f"{self.attribute}_id": self.current(instance)}
        entry = instance.history.latest("history_id")
        self.model.objects.filter(pk=instance.pk).update(**value)
        type(entry).objects.filter(pk=entry.pk).update(**value)


def problems(result):
    """Everything wrong with an imported file, as [(line or None, column or "", reason)] in its order."""
    found = [(None, "", text) for error in result.base_errors for text in _messages(error.error)]
    for row in result.error_rows:
        found += [(row.number, "", text) for error in row.errors for text in _messages(error.error)]
    for row in result.invalid_rows:
        for column, texts in row.error_dict.items():
            found += [(row.number, "" if column == "__all__" else column, text) for text in texts]
    return sorted(dict.fromkeys(found), key=lambda problem: problem[0] or 0)


def _messages(error):
    return error.messages if hasattr(error, "messages") else [f"{type(error).__name__}: {error}"]
