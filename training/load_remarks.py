"""What is to be known of a loaded text, in words: what was left out of it, and what was made of the rest."""

from django.utils.translation import gettext_lazy, ngettext_lazy

REMARKS = {
    "several": gettext_lazy(
        "The text has %(n)d top headings: each begins a chapter. Change that below where it is not so."
    ),
    "tops": gettext_lazy(
        "The top headings of the text (%(n)d) became headings of the chapter, and those below went down by one."
    ),
    "title": gettext_lazy(
        "The text calls the chapter “%(text)s”. The chapter keeps its title unless you change it below."
    ),
    "work": gettext_lazy("“%(text)s” is the title of the whole text; it is in none of the chapters."),
    "notes": ngettext_lazy(
        "%(n)d footnote stands below the paragraph that calls it.",
        "%(n)d footnotes stand below the paragraphs that call them.",
        "n",
    ),
    "merged": ngettext_lazy(
        "%(n)d merged cell of a table: what it says is repeated in each place that it covers.",
        "%(n)d merged cells of tables: what they say is repeated in each place that they cover.",
        "n",
    ),
    "nested": gettext_lazy("A table stood within a table: its text is in the cell."),
    "long": ngettext_lazy(
        "%(n)d paragraph was too long and was divided at the end of a sentence (%(text)s).",
        "%(n)d paragraphs were too long and were divided at the end of a sentence (%(text)s).",
        "n",
    ),
    "contents": gettext_lazy("The list of contents was left out: the portal makes its own."),
    "tracked": gettext_lazy("The file has tracked changes. It was loaded as if all of them were accepted."),
    "encoding": gettext_lazy("The file is not in Unicode. It was read as Western European: look at the accents."),
    "hidden": gettext_lazy("Hidden signs, such as those that turn the direction of writing, were taken out."),
    "comments": ngettext_lazy("%(n)d comment was left out.", "%(n)d comments were left out.", "n"),
    "equations": ngettext_lazy(
        "%(n)d equation was left out: write it as text or load it as a picture.",
        "%(n)d equations were left out: write them as text or load them as pictures.",
        "n",
    ),
    "drawings": ngettext_lazy(
        "%(n)d drawing or chart was left out: save it as a picture and load the file again.",
        "%(n)d drawings or charts were left out: save them as pictures and load the file again.",
        "n",
    ),
    "embedded": ngettext_lazy("%(n)d embedded object was left out.", "%(n)d embedded objects were left out.", "n"),
    "scripts": ngettext_lazy("%(n)d script was left out.", "%(n)d scripts were left out.", "n"),
    "outside": ngettext_lazy(
        "%(n)d thing that is not in the file itself, such as a picture on another site, was left out. "
        "Nothing was fetched.",
        "%(n)d things that are not in the file itself, such as pictures on other sites, were left out. "
        "Nothing was fetched.",
        "n",
    ),
    "links": ngettext_lazy(
        "%(n)d link was left out, its words stay: only addresses of the web and of mail are kept.",
        "%(n)d links were left out, their words stay: only addresses of the web and of mail are kept.",
        "n",
    ),
    "pictures": ngettext_lazy(
        "%(n)d picture could not be read and was left out. Save it as PNG or JPEG.",
        "%(n)d pictures could not be read and were left out. Save them as PNG or JPEG.",
        "n",
    ),
    "too_many_pictures": ngettext_lazy(
        "%(n)d picture was left out: there are too many, or they are too large.",
        "%(n)d pictures were left out: there are too many, or they are too large.",
        "n",
    ),
}


def sentence_of(remark):
    """What a remark on a loaded text says, in the reader's language."""
    return REMARKS[remark["code"]] % {"n": remark["n"], "text": remark.get("text", "")}
