"""The noun of files: a document, its label and what is known of its content."""

import uuid
from pathlib import PurePosixPath

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from core.labels import Label
from core.text import refuse_markup
from documents.checks import EXTENSIONS
from documents.querysets import DocumentQuerySet
from members.models import Invitation, Labelled
from reference.models import MemberState


def stored_name(document, filename):
    """A generated name under which a file is kept; the one it came with is never used as a path."""
    return f"{document.uuid.hex[:2]}/{uuid.uuid4().hex}"


class Document(Labelled):
    """A file with its label. Readers are judged by the strictest label of itself and of what it hangs on."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=250, validators=[refuse_markup])
    file = models.FileField(_("file"), upload_to=stored_name, max_length=200)
    filename = models.CharField(_("file name"), max_length=150, editable=False)
    extension = models.CharField(_("file type"), max_length=5, editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, editable=False, db_index=True)
    official = models.BooleanField(_("official version"), default=False)
    state = models.ForeignKey(
        MemberState, models.PROTECT, null=True, blank=True, related_name="documents", verbose_name=_("owner State")
    )
    invitation = models.ForeignKey(
        Invitation,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="notes",
        verbose_name=_("invitation"),
        help_text=_("Whose appointment it is the note of."),
    )
    effective_label = models.PositiveSmallIntegerField(
        _("effective label"), choices=Label, default=Label.CLEAR, editable=False, db_index=True
    )
    effective_states = models.ManyToManyField(
        MemberState, related_name="+", editable=False, help_text="Whose mandate-holders read it under TLP:RED."
    )
    attached = models.BooleanField(
        default=True, editable=False, help_text="Hangs on nothing, or on something that is published."
    )

    open_to_partners = models.BooleanField(
        default=True, editable=False, help_text="Hangs on nothing that is closed to partners."
    )

    objects = DocumentQuerySet.as_manager()

    label_field = "effective_label"
    partners_field = "open_to_partners"

    class Meta:
        ordering = ["-created", "-pk"]
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def __str__(self):
        return self.title

    @classmethod
    def released(cls):
        return super().released() & Q(attached=True)

    @property
    def is_out(self):
        """The same of one row."""
        return self.publication == self.Publication.PUBLISHED and self.attached

    @classmethod
    def of_states(cls, states):
        readers = cls.effective_states.through.objects.filter(memberstate_id__in=states)
        return Q(pk__in=readers.values("document_id"))

    def get_absolute_url(self):
        return reverse("documents:document_download", args=[self.uuid, self.download_name])

    @property
    def download_name(self):
        """The name a reader's copy gets: letters, digits and one ending."""
        stem = slugify(PurePosixPath(self.filename).stem)[:100] or "document"
        return f"{stem}.{self.extension}"

    @property
    def media_type(self):
        return EXTENSIONS[self.extension]
