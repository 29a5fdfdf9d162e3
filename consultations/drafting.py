"""Many drafts of a State at once, as commenting.draft_comment makes one: with their history, in few statements."""

from django.utils import timezone
from simple_history.utils import bulk_create_with_history

from consultations.models import Comment

BATCH = 500


def add_drafts(*, consultation, state, by, drafts, source):
    """Keep drafts whose words are as they may be kept (returning.Judge); returns the Comments.

    `drafts` are [{field: value}], `source` is that of edit_comment. The consultation is locked, so that no two forms
    are taken in at once.
    """
    now = timezone.now()
    said = {"consultation": consultation, "state": state, "author": by, "created": now, "changed": now}
    rows = [Comment(**said, **words) for words in drafts]
    told = {"default_user": by, "default_date": now, "default_change_reason": source}
    return bulk_create_with_history(rows, Comment, batch_size=BATCH, **told)
