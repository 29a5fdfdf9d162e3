"""Pictures of editions: Documents of their own, since a file is read by whoever reads all that it hangs on."""

import logging
from contextlib import contextmanager

from django.core.files.base import ContentFile
from django.db import transaction

from documents.actions import refresh_documents
from documents.models import Document
from documents.storage import stored

log = logging.getLogger("training.pictures")


def attach(edition, documents):
    """Let pictures be read as their edition is."""
    for document in documents:
        document.publication = Document.Publication.PUBLISHED
        document.save(update_fields=["publication", "updated"])
    edition.documents.add(*documents)
    refresh_documents(documents)


@transaction.atomic
def discard_pictures(keys):
    """Delete pictures that hang on no edition, and their files once that is certain."""
    free = Document.objects.filter(pk__in=keys, editions=None, figures=None)
    for document in free.filter(publication=Document.Publication.DRAFT):
        storage, name = document.file.storage, document.file.name
        document.delete()
        transaction.on_commit(lambda storage=storage, name=name: storage.delete(name))


@contextmanager
def copied_figures(old, new):
    """{key of a picture of an edition: its copy in another}, each with a file of its own: the label of the one edition
    does not hide the pictures of the other. Where what follows fails the files are deleted again."""
    copies = {key: copy for key, copy in _copies_of(old) if copy}
    with stored(list(copies.values())):
        for copy in copies.values():
            copy.save()
        new.documents.add(*copies.values())
        yield copies
        refresh_documents(copies.values())


def _copies_of(edition):
    for document in Document.objects.filter(figures__edition=edition).distinct():
        yield document.pk, _copy_of(document)


def _copy_of(document):
    """An unsaved copy of a Document, or None where its file is missing."""
    try:
        with document.file.open("rb") as file:
            content = ContentFile(file.read(), name=document.filename)
    except FileNotFoundError:
        log.error("the file of document %s is missing", document.pk)
        return None
    same = ("label", "publication", "language", "author_id", "filename", "extension", "size", "sha256", "official")
    titles = {field.name for field in Document._meta.fields if field.name.startswith("title_")}
    return Document(file=content, **{name: getattr(document, name) for name in (*same, *sorted(titles))})
