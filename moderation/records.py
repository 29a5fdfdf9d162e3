"""The live record behind a proposal, and the forms laid over it."""

from copy import copy

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from moderation.held import bound, held, merged
from moderation.refusals import Refused

LONGEST_TITLE = 250


def version_of(record):
    """When a record was saved last, as the text by which a proposal knows what it was begun with."""
    return record.updated.isoformat()


def live_of(proposal, reader):
    """The record that a proposal changes or became, or None where there is none that the reader may know of."""
    rows = proposal.about.model.objects.visible_to(reader).bare()
    return rows.filter(pk=proposal.record_key).first() if proposal.record_key else None


def record_of(proposal, reader):
    """What the form is laid over: the live record, or None, of a change; else a new one."""
    return live_of(proposal, reader) if proposal.is_change else proposal.about.form.new_record(proposal)


def record_or_refusal(proposal, reader):
    record = record_of(proposal, reader)
    if record is None:
        raise Refused(_("The record that this changes is no longer published, or no longer open to you."))
    return record


def form_of(proposal, record, *, reader, data=None):
    """The form with what the proposal holds, or with other texts, over a copy of the record."""
    texts = proposal.data if data is None else data
    return bound(proposal.about, texts, record=copy(record), state=proposal.state, reader=reader)


def begun_form(about, record, *, state, reader):
    """The form as it begins, with what the record holds."""
    return about.form(instance=copy(record), state=state, reader=reader)


def live_texts(proposal, record, *, reader):
    """What the live record would put into the form today; nothing for a new one."""
    if not proposal.is_change:
        return {}
    return held(begun_form(proposal.about, record, state=proposal.state, reader=reader))


def texts_to_save(proposal, record, *, reader):
    """The proposal's texts, and where it left the base as it was, those of the live record."""
    if not proposal.is_change:
        return proposal.data
    form = begun_form(proposal.about, record, state=proposal.state, reader=reader)
    return merged(form, base=proposal.base_data, live=held(form), data=proposal.data)


def title_of(form):
    """What a proposal is called, from what its form holds."""
    title = " ".join(form.title().split())[:LONGEST_TITLE]
    if title or form.instance.pk:
        return title or str(form.instance)
    return _("%(kind)s without a title") % {"kind": capfirst(form.instance._meta.verbose_name)}
