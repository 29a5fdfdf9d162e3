"""Which tables hold content, so that a write to one of them makes every kept page old."""

from django.apps import apps

from core.freshness import watch

CONTENT_APPS = [
    "reference", "members", "documents", "events", "legislation", "programme", "training", "consultations", "community",
]  # fmt: skip
# Of an account only what an open page may show or what it may read; a log-in is no change of content.
COLUMNS = {"members_user": ["name", "is_active", "is_staff", "is_superuser", "state_id", "organisation_id"]}
NOT_SHOWN = {
    "members_user_groups",
    "members_user_user_permissions",
    "members_auditentry",
    "members_invitation",
    "community_draft",
    "community_postversion",
    "community_readstate",
    "community_thanks",
    "community_threadstep",
    "consultations_adoption",
    "consultations_adoption_instruments",
    "consultations_answer",
    "consultations_comment",
    "consultations_comment_changes",
    "consultations_commentnote",
    "consultations_endorsement",
    "consultations_extension",
    "consultations_position",
    "consultations_reminder",
    "training_chapterload",
    "training_chapterread",
    "training_editionfile",
    "training_paragraphchange",
}


def content_tables():
    """{table: columns whose change counts, or () for all} of every model that a page may show; history is none."""
    rooms = [apps.get_app_config(name) for name in CONTENT_APPS]
    models = [model for room in rooms for model in room.get_models(include_auto_created=True)]
    tables = {model._meta.db_table for model in models if not model._meta.model_name.startswith("historical")}
    return {table: COLUMNS.get(table, ()) for table in sorted(tables - NOT_SHOWN)}


def watch_content(**signal):
    """After each run of migrate, whose changes to a table may have dropped its triggers."""
    watch(content_tables())
