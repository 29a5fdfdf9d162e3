"""The thread or the forum at an address, by SQL that is kept: they are asked for more often than anything else."""

from django.db import DEFAULT_DB_ALIAS
from modeltranslation.translator import translator

from community.models import Forum, Thread
from members.kept import kept_for


def thread_of(slug, reader):
    """The thread at an address with its forum, as read with for_reader(reader), where he may know of it; else None."""
    for row in kept_for(reader, _thread_asked, slug):
        thread = _record(Thread, row, OF_THREAD)
        thread.forum = _record(Forum, row, OF_FORUM, "forum__")
        return thread
    return None


def _thread_asked(reader, slug):
    rows = Thread.objects.visible_to(reader).for_reader(reader).at(slug).order_by()
    more = [name for name in rows.query.annotations if name not in OF_THREAD]
    return rows.values(*OF_THREAD, *(f"forum__{name}" for name in OF_FORUM), *more)


def forum_of(slug, reader):
    """The forum at an address, as read with for_reader(reader), where he may know of it; else None."""
    return next((_record(Forum, row, OF_FORUM) for row in kept_for(reader, _forum_asked, slug)), None)


def _forum_asked(reader, slug):
    rows = Forum.objects.visible_to(reader).for_reader(reader).at(slug).order_by()
    return rows.values(*OF_FORUM, *(name for name in rows.query.annotations if name not in OF_FORUM))


def _columns(model, without):
    """The columns of a model but some; of a translated text those of the languages, as its own is one of them."""
    return [field.attname for field in model._meta.concrete_fields if field.name not in without]


def _record(model, row, names, prefix=""):
    """A record of a row, with what else was read along with it."""
    record = model.from_db(DEFAULT_DB_ALIAS, names, [row[f"{prefix}{name}"] for name in names])
    more = row.keys() - {*names} if not prefix else ()
    for name in more:
        if "__" not in name:
            setattr(record, name, row[name])
    return record


OF_THREAD = _columns(Thread, {"search_text"})
OF_FORUM = _columns(Forum, translator.get_options_for_model(Forum).get_field_names())
