"""The addresses of the manual's editions: what of an edition each is about, and the action it needs beyond reading."""

from members.access import Action

# What follows the publication's slug: the edition's number, the chapter's, the paragraph's identifier.
EDITION, CHAPTER, PARAGRAPH = [1], [1, 1], [1, 1]
LOAD = []  # of a loaded text its key alone
MANUAL_READ = {
    "training:edition_detail": EDITION,
    "training:edition_search": EDITION,
    "training:edition_pdf": EDITION,
    "training:chapter_detail": CHAPTER,
    "training:chapter_pdf": CHAPTER,
    "training:paragraph_detail": PARAGRAPH,
    "consultations:edition_compare": EDITION,
    "consultations:chapter_compare": CHAPTER,
}
MANUAL_WRITE = {
    "training:edition_write": EDITION,
    "training:edition_finalise": EDITION,
    "training:chapter_load": EDITION,
    "training:load_confirm": LOAD,
    "training:chapter_write": CHAPTER,
    "training:chapter_edit": CHAPTER,
    "training:chapter_move": CHAPTER,
    "training:chapter_remove": CHAPTER,
    "training:paragraph_add": CHAPTER,
    "training:paragraph_edit": PARAGRAPH,
    "training:paragraph_translate": PARAGRAPH,
    "training:paragraph_split": PARAGRAPH,
    "training:paragraph_merge": PARAGRAPH,
    "training:paragraph_move": PARAGRAPH,
    "training:paragraph_kind": PARAGRAPH,
    "training:paragraph_remove": PARAGRAPH,
    "training:paragraph_history": PARAGRAPH,
    "training:paragraph_evidence": PARAGRAPH,
}
WRITE = Action.WRITE_MANUAL
