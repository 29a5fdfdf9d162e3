"""The curators' admin of forums. What is written in them is moderated in the portal itself."""

from django import forms
from django.contrib import admin
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from community.actions import lock_threads_of, refresh_forum
from community.models import Forum
from community.resources import ForumResource
from core.admin import RegistryAdmin
from documents.admin import LABEL_FIELDSET, PublishedAdmin


class ForumForm(forms.ModelForm):
    """The form of a forum that is there: its threads are locked before it is, as whoever posts or moves them does."""

    def clean(self):
        lock_threads_of([self.instance.pk])
        return super().clean()


@admin.register(Forum)
class ForumAdmin(TranslationAdmin, PublishedAdmin, RegistryAdmin):
    """Forums; their threads and documents never stay open to more readers than they are themselves."""

    change_forms = (ForumForm, *PublishedAdmin.change_forms)
    resource_classes = [ForumResource]
    list_display = ["name", "order", "label", "open_to_partners", "opens", "closes", "publication"]
    list_filter = ["publication", "label", "open_to_partners", "sub_region"]
    search_fields = ["slug", "name_en", "name_es", "name_pt", "name_fr"]
    autocomplete_fields = ["sub_region", "theme", "participants", "named_states"]
    prepopulated_fields = {"slug": ["name_en"]}
    fieldsets = [
        (None, {"fields": ["name", "slug", "description", "rules", "order"]}),
        (_("What it is about"), {"fields": ["sub_region", "theme"]}),
        LABEL_FIELDSET,
        (_("Who else reads and writes"), {"fields": ["open_to_partners", "participants", "is_moderated"]}),
        (_("E-forum, open for a time"), {"fields": ["opens", "closes", "closed_notice"]}),
    ]

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        refresh_forum(form.instance, by=request.user)

    @transaction.atomic
    def _set_publication(self, request, rows, state):
        forums = list(rows)
        lock_threads_of([forum.pk for forum in forums])
        super()._set_publication(request, rows, state)
        for forum in forums:
            refresh_forum(forum, by=request.user)

    @transaction.atomic
    def history_form_view(self, request, object_id, version_id, extra_context=None):
        response = super().history_form_view(request, object_id, version_id, extra_context)
        forum = self.get_object(request, object_id)
        if request.method == "POST" and forum:
            refresh_forum(forum, by=request.user)
        return response
