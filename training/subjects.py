"""What people can watch in this room and be told of, and under which theme it is filed."""

from django.utils.translation import gettext_lazy as _

from events.subjects import themes_of
from notifications.kinds import Subject, register_subject
from training.models import Chapter, Edition, Publication


def above_publication(publication):
    return list(themes_of(publication))


def above_edition(edition):
    """Its publication and the themes of that."""
    return [("publication", edition.work_id), *themes_of(edition.work)]


def above_chapter(chapter):
    """Its edition and what that is filed under."""
    return [("edition", chapter.edition_id), *above_edition(chapter.edition)]


def chapters_for(user):
    return Chapter.objects.visible_to(user).select_related("edition__work")


def editions_for(user):
    return Edition.objects.visible_to(user).select_related("work")


def register_subjects():
    rows = Publication.objects.visible_to
    register_subject(Subject("publication", _("Publication"), rows, watchable=True, under=above_publication))
    register_subject(Subject("edition", _("Edition"), editions_for, under=above_edition))
    register_subject(Subject("chapter", _("Chapter"), chapters_for, under=above_chapter))
