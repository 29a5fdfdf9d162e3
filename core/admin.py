"""What the curators' admin shares: history and revert, import with dry run, export."""

import re

from django.contrib import messages
from django.db import models
from django.http import Http404, HttpResponseRedirect
from django.utils.translation import gettext as _
from import_export.admin import ImportExportModelAdmin
from import_export.forms import ExportForm
from simple_history.admin import SimpleHistoryAdmin

from core.tables import FORMATS, BadFile

LIKE_A_KEY = re.compile(r"[0-9]{1,18}")


class CuratedAdmin(SimpleHistoryAdmin):
    """A table with history and revert; whoever adds a record is its author."""

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    list_per_page = 50
    show_full_result_count = False
    save_on_top = True

    def save_model(self, request, obj, form, change):
        if not change and hasattr(obj, "author_id"):
            obj.author = request.user
        super().save_model(request, obj, form, change)

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        if not all(LIKE_A_KEY.fullmatch(str(key)) for key in (object_id, version_id)):
            raise Http404
        return super().history_form_view(request, object_id, version_id, extra_context)


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
