"""What the curators' admin shares: search, history and revert, import with dry run, export."""

import re

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import lookup_spawns_duplicates
from django.core.exceptions import FieldDoesNotExist
from django.db import models, transaction
from django.http import Http404, HttpResponseRedirect
from django.utils.text import smart_split, unescape_string_literal
from django.utils.translation import gettext as _
from import_export.admin import ImportExportModelAdmin
from import_export.forms import ExportForm
from simple_history.admin import SimpleHistoryAdmin

from core.tables import FORMATS, BadFile
from core.text import fold

LIKE_A_KEY = re.compile(r"[0-9]{1,18}")


class CurationForm(forms.ModelForm):
    """A form of a record that is there: refused once somebody saved the record after the form was opened.

    The form of an old version begins with the lists of that version, not with those of today.
    """

    opened = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["opened"] = self._last_saved()
        past = getattr(self.instance, "_history", None)  # where it is an old version: its history row
        if past:
            self.initial |= {field.name: _held(past, field) for field in past._history_m2m_fields}

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("opened", "") != self._last_saved(lock=True):
            said = _(
                "Nothing was saved: this record was saved after you opened it. "
                "Your text is still in the form; open the record in another tab to compare."
            )
            self.add_error(None, said)
        return cleaned

    def _last_saved(self, *, lock=False):
        """When the record was saved last, as a text; "" for one that is deleted."""
        rows = type(self.instance)._base_manager.filter(pk=self.instance.pk)
        rows = rows.select_for_update() if lock else rows
        return "".join(moment.isoformat() for moment in rows.values_list("updated", flat=True))


def _held(past, field):
    """The keys that a many-to-many field held at a history row, without those of rows deleted since."""
    keys = getattr(past, field.name).values(f"{field.m2m_reverse_field_name()}_id")
    return list(field.related_model._base_manager.filter(pk__in=keys).values_list("pk", flat=True))


def _words(term):
    """The words of a search as the admin splits them; what stands in quotation marks is one."""
    for word in smart_split(term):
        yield unescape_string_literal(word) if word[0] in "\"'" and word[0] == word[-1] else word


class CuratedAdmin(SimpleHistoryAdmin):
    """A table with history and revert; whoever adds a record is its author."""

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    list_per_page = 50
    show_full_result_count = False
    save_on_top = True
    change_forms = (CurationForm,)  # what the form of a record that is there checks beside its own

    def save_model(self, request, obj, form, change):
        if not change and hasattr(obj, "author_id"):
            obj.author = request.user
        super().save_model(request, obj, form, change)

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is not None and self._knows_when_saved():
            kwargs["form"] = type(self.form.__name__, (*self.change_forms, self.form), {})
        return super().get_form(request, obj, change=change, **kwargs)

    def _knows_when_saved(self):
        try:
            return bool(self.opts.get_field("updated"))
        except FieldDoesNotExist:
            return False

    def get_search_results(self, request, queryset, search_term):
        """Search the text that lists look into without accents, as it is stored, and names with and without."""
        fields = self.get_search_fields(request)
        if not any(field.endswith("search_text") for field in fields):
            return super().get_search_results(request, queryset, search_term)
        for word in _words(search_term):
            spellings = {word, fold(word) or word}
            found = [(f"{field}__icontains", spelling) for field in fields for spelling in spellings]
            queryset = queryset.filter(models.Q.create(found, connector=models.Q.OR))
        return queryset, any(lookup_spawns_duplicates(self.opts, field) for field in fields)

    def history_view(self, request, object_id, extra_context=None):
        if not LIKE_A_KEY.fullmatch(object_id):
            raise Http404
        return super().history_view(request, object_id, extra_context)

    @transaction.atomic
    def history_form_view(self, request, object_id, version_id, extra_context=None):
        if not all(LIKE_A_KEY.fullmatch(str(key)) for key in (object_id, version_id)):
            raise Http404
        context = {"left_alone": self._left_alone(), **(extra_context or {})}
        return super().history_form_view(request, object_id, version_id, context)

    def _left_alone(self):
        """The names of the tables whose rows belong to a record and have a history of their own, or none."""
        owned = (relation for relation in self.opts.related_objects if relation.on_delete is models.CASCADE)
        return sorted({str(relation.related_model._meta.verbose_name_plural) for relation in owned})


class RegistryAdmin(ImportExportModelAdmin, CuratedAdmin):
    """A registry. Files are read strictly, and one bad row keeps the whole file out, with a reason for each."""

    formats = FORMATS
    export_form_class = ExportForm  # the one that chooses columns needs inline scripts

    def get_import_resource_kwargs(self, request, *args, **kwargs):
        return {**super().get_import_resource_kwargs(request, *args, **kwargs), "by": request.user}

    def add_data_read_fail_error_to_form(self, form, error):
        if isinstance(error, BadFile):
            form.add_error("import_file", error.messages)
        else:
            super().add_data_read_fail_error_to_form(form, error)

    def process_result(self, result, request):
        """The end of an import: the library's, or, where the rows turned bad since the preview, the refusal."""
        if not (result.has_errors() or result.has_validation_errors()):
            return super().process_result(result, request)
        messages.error(request, _("Nothing was imported: the records have changed since the preview. Import again."))
        return HttpResponseRedirect(request.path_info.removesuffix("process_import/") + "import/")
