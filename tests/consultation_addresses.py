"""The addresses of consultations: what follows in each, and the action it needs beyond reading."""

from members.access import Action

# What an address names: the consultation, a paragraph in it, Brazil's space in it, or the edition it is on.
KEY, PARAGRAPH, SPACE, EDITION = "key", "paragraph", "space", "edition"
CONSULTATION_READ = {
    "consultations:consultation_detail": (KEY, []),
    "consultations:edition_compare": (EDITION, []),
    "consultations:chapter_compare": (EDITION, [1]),
}
CONSULTATION_MEMBERS = {
    "consultations:position_list": (EDITION, []),
    "consultations:position_export": (EDITION, ["csv"]),
    "consultations:adoption_board": (EDITION, []),
    "consultations:adoption_export": (EDITION, ["csv"]),
}
CONSULTATION_ACTS = {
    "consultations:consultation_open": (EDITION, [], Action.CONSULT),
    "consultations:consultation_edit": (KEY, [], Action.CONSULT),
    "consultations:consultation_extend": (KEY, [], Action.CONSULT),
    "consultations:consultation_withdraw": (KEY, [], Action.CONSULT),
    "consultations:consultation_close": (KEY, [], Action.CONSULT),
    "consultations:disposition_list": (KEY, [], Action.CONSULT),
    "consultations:proposal_compare": (PARAGRAPH, [], Action.CONSULT),
    "consultations:matrix": (KEY, [], Action.READ_COMMENTS),
    "consultations:matrix_export": (KEY, ["csv"], Action.READ_COMMENTS),
    "consultations:statistics": (KEY, [], Action.READ_COMMENTS),
    "consultations:space_detail": (SPACE, [], Action.DRAFT_COMMENT),
    "consultations:comment_add": (SPACE, [], Action.DRAFT_COMMENT),
    "consultations:form_export": (SPACE, ["xlsx"], Action.DRAFT_COMMENT),
    "consultations:form_return": (SPACE, [], Action.DRAFT_COMMENT),
    "consultations:comment_submit": (SPACE, [], Action.SUBMIT_COMMENT),
    "consultations:answer_give": (SPACE, [], Action.SUBMIT_COMMENT),
    "consultations:position_take": (EDITION, [], Action.TAKE_POSITION),
    "consultations:adoption_record": (EDITION, [], Action.TAKE_POSITION),
    "consultations:position_history": (EDITION, ["brazil"], Action.READ_HISTORY),
    "consultations:adoption_history": (EDITION, ["brazil"], Action.READ_HISTORY),
}
COMMENT_PAGES = {
    "consultations:comment_detail": Action.READ_COMMENTS,
    "consultations:comment_flag": Action.READ_COMMENTS,
    "consultations:comment_edit": Action.DRAFT_COMMENT,
    "consultations:comment_remove": Action.DRAFT_COMMENT,
    "consultations:comment_withdraw": Action.SUBMIT_COMMENT,
    "consultations:comment_dispose": Action.CONSULT,
    "consultations:comment_apply": Action.CONSULT,
}
