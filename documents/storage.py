"""Where files are kept: outside any web root, under generated names; their address is the checked download."""

from contextlib import contextmanager

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible


@deconstructible
class DocumentStorage(FileSystemStorage):
    """The folder of documents; its `url` is the view that asks who is reading."""

    def __init__(self):
        super().__init__(location=settings.DOCUMENT_ROOT, file_permissions_mode=0o600, directory_permissions_mode=0o700)

    def url(self, name):
        from documents.models import Document  # the storage is loaded before the models are

        document = Document.objects.filter(file=name).first()
        return document.get_absolute_url() if document else ""


@contextmanager
def stored(documents):
    """Write the files of unsaved Documents now, so that no row is locked meanwhile. They are deleted again where what
    follows fails, as are those of Documents that were not saved in it."""
    for document in documents:
        document.file.save(document.filename, document.file.file, save=False)
    try:
        yield
    except BaseException:
        _delete(documents)
        raise
    _delete(document for document in documents if document.pk is None)


def _delete(documents):
    for document in documents:
        document.file.storage.delete(document.file.name)
