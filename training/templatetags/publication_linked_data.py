"""Publications, editions and chapters as schema.org's Book and Chapter."""

from django import template

from core.languages import localized
from core.linked_data import absolute, script
from core.other_forms import text_of

register = template.Library()


@register.simple_tag
def publication_linked_data(publication, editions):
    """The block for a publication with the editions that the reader may know of."""
    return script({**_book(publication), "workExample": [_edition(edition) for edition in editions]})


@register.simple_tag
def edition_linked_data(edition, chapters, languages):
    """The block for an edition with its chapters and the Languages in which it can be read."""
    page = edition.get_absolute_url()
    parts = [{**_chapter(chapter, f"{page}{chapter.order}/"), "position": chapter.order} for chapter in chapters]
    said = [language.code for language in languages] or [edition.language]
    return script({**_edition(edition), "exampleOfWork": _book(edition.work), "inLanguage": said, "hasPart": parts})


@register.simple_tag
def chapter_linked_data(chapter, language):
    """The block for a chapter, its text in a language."""
    part = {"position": chapter.order, "inLanguage": language, "isPartOf": _edition(chapter.edition)}
    return script({**_chapter(chapter, chapter.get_absolute_url()), **part})


def _book(publication):
    return {
        "@type": "Book",
        "name": text_of(publication, "title"),
        "abstract": text_of(publication, "summary"),
        "url": absolute(publication.get_absolute_url()),
    }


def _edition(edition):
    return {
        "@type": "Book",
        "name": text_of(edition.work, "title"),
        "bookEdition": str(edition.label_of_edition),
        "url": absolute(edition.get_absolute_url()),
        "datePublished": edition.finalised,
        "inLanguage": edition.language,
    }


def _chapter(chapter, path):
    return {"@type": "Chapter", "name": localized(chapter, "title")[0], "url": absolute(path)}
