"""The secretariat's admin of accounts and mandates."""

from itertools import pairwise

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.admin import CuratedAdmin
from members import actions
from members.closing_admin import close_accounts
from members.factors_admin import forget_factors
from members.models import Mandate, User
from reference.querysets import today

admin.site.site_header = _("IPO Americas KMS: curation")
admin.site.site_title = _("IPO Americas KMS")
admin.site.index_title = _("Records, people and imports")
admin.site.site_url = "/"
admin.site.unregister(Group)


class AccountCreationForm(forms.ModelForm):
    """A new account, by e-mail address; nobody but its owner ever knows a password of it."""

    class Meta:
        model = User
        fields = ["email", "name", "state", "organisation"]

    def save(self, commit=True):
        self.instance.set_unusable_password()
        return super().save(commit)


class AccountChangeForm(UserChangeForm):
    """An account; that of the last administrator stays one."""

    def clean(self):
        cleaned = super().clean()
        stays = all(cleaned.get(name, True) for name in ("is_active", "is_superuser"))
        if not stays and (reason := actions.reason_against(User.objects.get(pk=self.instance.pk))):
            raise ValidationError(reason)
        return cleaned


class MandateForm(forms.ModelForm):
    """A mandate, checked with its State's seat held: of two at a time the second sees what the first did."""

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("state"):
            actions.lock_seat(cleaned["state"])
        return cleaned


class MandateFormSet(forms.BaseInlineFormSet):
    """Mandates of one person: no two of one role for the same days."""

    def clean(self):
        super().clean()
        kept = [form.instance for form in self.forms if form.has_changed() and not self._should_delete_form(form)]
        kept = sorted((row for row in kept if row.role and row.since), key=lambda row: (row.role, row.since))
        for earlier, later in pairwise(kept):
            if earlier.role == later.role and (earlier.until is None or earlier.until >= later.since):
                raise ValidationError(_("This person has the same role already in this time."))


class InForceFilter(admin.SimpleListFilter):
    """Mandates that give rights today, or that do not."""

    title = _("in force")
    parameter_name = "in_force"

    def lookups(self, request, model_admin):
        return [("yes", _("In force today")), ("no", _("Ended or not begun"))]

    def queryset(self, request, rows):
        if self.value() == "yes":
            return rows.in_force()
        if self.value() == "no":
            return rows.filter(Q(until__lt=today()) | Q(since__gt=today()))
        return rows


class MandateInline(admin.TabularInline):
    model = Mandate
    form, formset = MandateForm, MandateFormSet
    extra = 0
    autocomplete_fields = ["state"]


@admin.register(User)
class AccountAdmin(CuratedAdmin, DjangoUserAdmin):
    """Accounts. Only an administrator touches accounts of staff, or makes somebody staff."""

    form, add_form = AccountChangeForm, AccountCreationForm
    list_display = ["email", "name", "state", "organisation", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "state__sub_region"]
    list_select_related = ["state", "organisation"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    autocomplete_fields = ["state", "organisation"]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["email", "password"]}),
        (_("Person"), {"fields": ["name", "state", "organisation", "preferred_language"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "is_superuser"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_form_template = "admin/members/add_account.html"
    add_fieldsets = [(None, {"fields": ["email", "name", "state", "organisation"]})]
    inlines = [MandateInline]
    actions = [close_accounts, forget_factors]

    def get_readonly_fields(self, request, obj=None):
        staff_fields = [] if request.user.is_superuser else ["is_staff", "is_superuser"]
        return [*super().get_readonly_fields(request, obj), *staff_fields]

    def has_change_permission(self, request, obj=None):
        guarded = obj is not None and (obj.is_staff or obj.is_superuser) and obj != request.user
        return (not guarded or request.user.is_superuser) and super().has_change_permission(request, obj)

    def revert_disabled(self, request, obj=None):
        return True

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        """An old version is looked at, never brought back: it may hold a standing that was taken away since."""
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        return super().history_form_view(request, object_id, version_id, extra_context)

    def has_delete_permission(self, request, obj=None):
        """Accounts are closed, not deleted: history names them."""
        return False

    @transaction.atomic
    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            actions.forget_old_addresses(obj, by=request.user)
        if change and "is_active" in form.changed_data:
            (actions.give_access if obj.is_active else actions.end_access)(obj, by=request.user)
        if "is_staff" in form.changed_data:
            actions.set_staff(obj, obj.is_staff, by=request.user)

    def save_formset(self, request, form, formset, change):
        """Mandates by the action that logs them; who is kept out has had his ended by then."""
        formset.save(commit=False)
        for mandate in formset.deleted_objects:
            actions.delete_mandate(mandate, by=request.user)
        for mandate, _changed in [*((row, True) for row in formset.new_objects), *formset.changed_objects]:
            actions.keep_mandate(mandate, by=request.user)


@admin.register(Mandate)
class MandateAdmin(CuratedAdmin):
    form = MandateForm
    list_display = ["state", "role", "person", "since", "until"]
    list_filter = [InForceFilter, "role", "state__sub_region"]
    list_select_related = ["state", "person"]
    search_fields = ["state__name_en", "person__name", "person__email"]
    autocomplete_fields = ["state", "person"]

    def save_model(self, request, obj, form, change):
        actions.keep_mandate(obj, by=request.user)

    def delete_model(self, request, obj):
        actions.delete_mandate(obj, by=request.user)

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        for mandate in queryset:
            actions.delete_mandate(mandate, by=request.user)
