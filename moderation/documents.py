"""How a State proposes a document: the form beside its file, which is added to the proposal."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.languages import CONTENT_CODES
from documents.actions import refresh_audience
from documents.models import Document
from moderation.kinds import ProposalKind, register
from moderation.record_forms import WHO_READS, RecordForm


class DocumentProposalForm(RecordForm):
    """What is said of a file. The file itself stays as it is; another edition is another document."""

    translated = ("title",)
    asks_in_own_language = False
    words = {"language": _("Language of the document"), "title": _("Title"), "official": _("It is the official text")}
    hints = {
        "language": "",
        "title": _("What it is, not the name of the file. The file itself is added once this draft is saved."),
        "official": _("A working translation is not."),
        "label": _("The secretariat reads it too."),
    }
    sections = [(_("The document"), ["language", "title", "official"]), WHO_READS]

    class Meta:
        model = Document
        fields = [
            "language", *(f"title_{code}" for code in CONTENT_CODES), "official", "label", "named_states",
            "restricted_until",
        ]  # fmt: skip

    @classmethod
    def new_record(cls, proposal=None):
        """The file that was added first; `is_alone` tells whether others were."""
        files = list(proposal.documents.order_by("pk")[:2]) if proposal else []
        document = files[0] if files else Document()
        document.is_alone = len(files) < 2
        return document

    def clean(self):
        cleaned = super().clean()
        if not self.instance.file:
            self.add_error(
                None, ValidationError(_("Add the file itself, on the page of this proposal."), code="no_file")
            )
        if not getattr(self.instance, "is_alone", True):
            said = _("Leave one file in this proposal, and propose each other one as a document of its own.")
            self.add_error(None, ValidationError(said, code="several_files"))
        return cleaned

    def title(self):
        return self.text_of("title")

    def finish(self, record, *, by):
        refresh_audience(record)


def register_kinds():
    register(ProposalKind("document", _("Document"), _("Add a document"), Document, DocumentProposalForm))
