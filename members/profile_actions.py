"""The write behind the profile form: what a person says of himself, his photo, and to whom he shows it."""

from django.db import transaction

from members.audit import audit
from members.models import AuditEntry, User
from members.photos import discard

PROFILE = [
    "name", "office", "spoken_languages", "phone", "reach", "photo", "name_shown_to", "photo_shown_to",
    "contact_shown_to",
]  # fmt: skip


@transaction.atomic
def save_profile(profile, *, photo=None, remove_photo=False, by, request=None):
    """Keep the changed fields of an account's profile; `photo` replaces the one that is there.

    The log says which fields changed, never what they hold. Returns their names.
    """
    held = User.objects.select_for_update().get(pk=profile.pk)
    if photo or remove_photo:
        discard(held.photo.name)
        profile.photo = photo or ""
    changed = [name for name in PROFILE if getattr(profile, name) != getattr(held, name)]
    if changed:
        profile._history_user = by
        save = profile.save if "name" in changed else profile.save_without_historical_record
        save(update_fields=changed)  # history keeps the name, and nothing else of these
        audit(AuditEntry.Kind.ACCOUNT, by=by, request=request, subject=("account", profile.pk), detail=_said(changed))
    return changed


def _said(changed):
    return "profile: " + ", ".join(changed)
