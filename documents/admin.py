"""The curators' admin of documents, and what the admin of every record shares."""

from django.contrib import admin, messages
from django.db import transaction
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from modeltranslation.admin import TranslationAdmin

from core.admin import CuratedAdmin, RegistryAdmin
from documents import actions
from documents.forms import DocumentForm
from documents.models import Document
from members.audit import audit_standing, standing_of
from members.models import Labelled
from members.owners import AudienceForm
from members.subjects import subject_of

LABEL_FIELDSET = (
    _("Audience"),
    {"fields": ["label", "named_states", "restricted_until", "publication", "language"]},
)


class PublishedAdmin(CuratedAdmin):
    """A table of labelled rows, published and withdrawn in bulk."""

    actions = ["publish", "withdraw"]
    change_forms = (AudienceForm, *CuratedAdmin.change_forms)

    @admin.action(description=_("Publish the selected records"), permissions=["change"])
    def publish(self, request, rows):
        self._set_publication(request, rows, Labelled.Publication.PUBLISHED)

    @admin.action(description=_("Withdraw the selected records"), permissions=["change"])
    def withdraw(self, request, rows):
        self._set_publication(request, rows, Labelled.Publication.WITHDRAWN)

    def save_model(self, request, obj, form, change):
        """A save or a revert that changes who reads the record is logged with what it was before."""
        before = standing_of(obj) if change else None
        super().save_model(request, obj, form, change)
        if before:
            audit_standing(obj, before, subject=subject_of(obj), by=request.user)

    def _set_publication(self, request, rows, state):
        n = actions.set_publication(rows, state, by=request.user)
        said = ngettext("%(n)d record is now %(state)s.", "%(n)d records are now %(state)s.", n)
        messages.success(request, said % {"n": n, "state": state.label})


class RecordAdmin(PublishedAdmin, RegistryAdmin):
    """A registry of records with documents, whose audience follows theirs."""

    def save_related(self, request, form, formsets, change):
        before = set(form.instance.documents.all())
        super().save_related(request, form, formsets, change)
        self._follow(request, form.instance, before)

    def _follow(self, request, record, before):
        """What follows from a record's saved state; a document that left it does not open by that."""
        actions.refresh_record(record)
        self._keep_closed(request, before - set(record.documents.all()))

    def _keep_closed(self, request, documents):
        """Withdraw documents that would open, and say so."""
        n = actions.keep_closed(documents, by=request.user)
        said = ngettext(
            "%(n)d document was withdrawn, because without this record it would be open to more readers. "
            "Publish it again if that is meant.",
            "%(n)d documents were withdrawn, because without this record they would be open to more readers. "
            "Publish them again if that is meant.",
            n,
        )
        if n:
            messages.warning(request, said % {"n": n})

    @transaction.atomic
    def history_form_view(self, request, object_id, version_id, extra_context=None):
        """A revert is a save, so what follows from the record's state follows here too."""
        record = self.get_object(request, object_id)
        before = set(record.documents.all()) if record else set()
        response = super().history_form_view(request, object_id, version_id, extra_context)
        record = self.get_object(request, object_id)
        if request.method == "POST" and record:
            self._follow(request, record, before)
        return response

    @transaction.atomic
    def delete_model(self, request, obj):
        documents = list(obj.documents.all())
        super().delete_model(request, obj)
        self._keep_closed(request, documents)

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        documents = {document for record in queryset for document in record.documents.all()}
        super().delete_queryset(request, queryset)
        self._keep_closed(request, documents)


@admin.register(Document)
class DocumentAdmin(TranslationAdmin, PublishedAdmin):
    """Documents; a file is checked before it is kept."""

    form = DocumentForm
    list_display = ["title", "extension", "size", "language", "official", "label", "effective_label", "publication"]
    list_filter = ["publication", "effective_label", "extension", "language", "official"]
    search_fields = ["title_en", "title_es", "title_pt", "title_fr", "filename", "sha256"]
    autocomplete_fields = ["state", "named_states"]
    readonly_fields = ["download", "fetched", "filename", "size", "sha256", "effective_label", "hangs_on"]
    fieldsets = [
        (None, {"fields": ["title", "file", "official", "state"]}),
        LABEL_FIELDSET,
        (
            _("The file"),
            {"fields": ["download", "fetched", "filename", "size", "sha256", "effective_label", "hangs_on"]},
        ),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).without_proposed()

    def has_view_history_or_change_history_permission(self, request, obj):
        """The history of a file that came with a proposal begins for curators when that is accepted; of one that is
        deleted there is a history for them where it was out once."""
        rows = Document.objects.filter(pk=obj.pk)
        was_out = Document.history.filter(id=obj.pk).exclude(publication=Labelled.Publication.DRAFT)
        is_theirs = rows.without_proposed().exists() if rows else was_out.exists()
        return is_theirs and super().has_view_history_or_change_history_permission(request, obj)

    def get_fieldsets(self, request, obj=None):
        return super().get_fieldsets(request, obj)[: None if obj else -1]  # a new one has no file to tell of

    @admin.display(description=_("download"))
    def download(self, document):
        return format_html('<a href="{}">{}</a>', document.get_absolute_url(), document.download_name)

    @admin.display(description=_("who fetched it"))
    def fetched(self, document):
        address = reverse("kms:document_downloads", args=[document.uuid])
        return format_html('<a href="{}">{}</a>', address, _("Lines of the log"))

    @admin.display(description=_("hangs on"))
    def hangs_on(self, document):
        return ", ".join(str(record) for record in actions.records_of(document)) or "–"

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        actions.refresh_audience(form.instance)

    @transaction.atomic
    def history_form_view(self, request, object_id, version_id, extra_context=None):
        """A revert may bring another label back."""
        response = super().history_form_view(request, object_id, version_id, extra_context)
        document = self.get_object(request, object_id)
        if request.method == "POST" and document:
            actions.refresh_audience(document)
        return response
