"""What the admin of every record that people watch shares: they are told of what the secretariat does."""

from django.db import transaction

from documents.admin import RecordAdmin
from moderation.bulk import tell_of_rows


class WatchedAdmin(RecordAdmin):
    """A registry of records that are watched under the name `subject_name`.

    Whoever watches one, or a State or theme it is filed under, and the mandate-holders of its State, are told when it
    is published, changed, reverted or imported. Drafts and withdrawn records nobody is told of.
    """

    subject_name = ""

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if not change or form.has_changed() or any(formset.has_changed() for formset in formsets):
            published = not change or "publication" in form.changed_data
            self._tell(request, [form.instance.pk], published=published)

    @transaction.atomic
    def _set_publication(self, request, rows, state):
        keys = list(rows.exclude(publication=state).values_list("pk", flat=True))
        super()._set_publication(request, rows, state)
        self._tell(request, keys, published=True)

    @transaction.atomic
    def history_form_view(self, request, object_id, version_id, extra_context=None):
        response = super().history_form_view(request, object_id, version_id, extra_context)
        if request.method == "POST" and response.status_code == 302:  # reverted
            self._tell(request, [object_id], published=False)
        return response

    @transaction.atomic
    def process_dataset(self, dataset, form, request, **kwargs):
        result = super().process_dataset(dataset, form, request, **kwargs)
        if not (result.has_errors() or result.has_validation_errors()):
            for kind, published in {"new": True, "update": False}.items():
                keys = [row.object_id for row in result.rows if row.import_type == kind]
                self._tell(request, keys, published=published, in_bulk=len(result.rows) > 1)
        return result

    def _tell(self, request, keys, *, published, in_bulk=None):
        """Tell of those of the records that are out now."""
        in_bulk = len(keys) > 1 if in_bulk is None else in_bulk
        name, by = self.subject_name, request.user
        tell_of_rows(self.model, keys, subject=name, published=published, by=by, in_bulk=in_bulk)
