"""Addresses of consultations, of what the States say in them, and of their positions on editions."""

from django.urls import path

from consultations import (
    comment_views,
    compare_views,
    consulting_views,
    dispose_views,
    flag_views,
    matrix_views,
    position_views,
    returning_views,
    space_views,
)

app_name = "consultations"
EDITION = "<slug:slug>/<int:number>/"
SPACE = "consultations/<int:key>/spaces/<slug:slug>/"
urlpatterns = [
    path(f"{SPACE}form.<xlsx,docx:form>", returning_views.form_export, name="form_export"),
    path(f"{SPACE}return/", returning_views.form_return, name="form_return"),
    path("consultations/", consulting_views.consultation_list, name="consultation_list"),
    path("consultations/<int:key>/", consulting_views.consultation_detail, name="consultation_detail"),
    path("consultations/<int:key>/edit/", consulting_views.consultation_edit, name="consultation_edit"),
    path("consultations/<int:key>/extend/", consulting_views.consultation_extend, name="consultation_extend"),
    path("consultations/<int:key>/withdraw/", consulting_views.consultation_withdraw, name="consultation_withdraw"),
    path("consultations/<int:key>/dispositions/", dispose_views.disposition_list, name="disposition_list"),
    path("consultations/<int:key>/close/", dispose_views.consultation_close, name="consultation_close"),
    path("consultations/<int:key>/matrix/", matrix_views.matrix, name="matrix"),
    path("consultations/<int:key>/matrix.<csv,xlsx,docx:form>", matrix_views.matrix_export, name="matrix_export"),
    path("consultations/<int:key>/statistics/", matrix_views.statistics, name="statistics"),
    path("consultations/<int:key>/p/<int:serial>/", dispose_views.proposal_compare, name="proposal_compare"),
    path("consultations/comments/<int:key>/dispose/", dispose_views.comment_dispose, name="comment_dispose"),
    path("consultations/comments/<int:key>/apply/", dispose_views.comment_apply, name="comment_apply"),
    path("consultations/comments/<int:key>/flag/", flag_views.comment_flag, name="comment_flag"),
    path("consultations/<int:key>/spaces/<slug:slug>/", space_views.space_detail, name="space_detail"),
    path("consultations/<int:key>/spaces/<slug:slug>/add/", comment_views.comment_add, name="comment_add"),
    path("consultations/<int:key>/spaces/<slug:slug>/submit/", space_views.comment_submit, name="comment_submit"),
    path("consultations/<int:key>/spaces/<slug:slug>/answer/", space_views.answer_give, name="answer_give"),
    path("consultations/comments/<int:key>/", comment_views.comment_detail, name="comment_detail"),
    path("consultations/comments/<int:key>/edit/", comment_views.comment_edit, name="comment_edit"),
    path("consultations/comments/<int:key>/remove/", comment_views.comment_remove, name="comment_remove"),
    path("consultations/comments/<int:key>/note/", comment_views.comment_note, name="comment_note"),
    path("consultations/comments/<int:key>/withdraw/", comment_views.comment_withdraw, name="comment_withdraw"),
    path("consultations/comments/<int:key>/endorse/", comment_views.comment_endorse, name="comment_endorse"),
    path("<slug:slug>/<int:number>/consult/", consulting_views.consultation_open, name="consultation_open"),
    path("<slug:slug>/<int:number>/positions/", position_views.position_list, name="position_list"),
    path("<slug:slug>/<int:number>/positions.<csv,xlsx:form>", position_views.position_export, name="position_export"),
    path("<slug:slug>/<int:number>/positions/take/", position_views.position_take, name="position_take"),
    path(f"{EDITION}positions/<slug:state>/history/", position_views.position_history, name="position_history"),
    path("<slug:slug>/<int:number>/adoption/", position_views.adoption_board, name="adoption_board"),
    path("<slug:slug>/<int:number>/adoption.<csv,xlsx:form>", position_views.adoption_export, name="adoption_export"),
    path("<slug:slug>/<int:number>/adoption/record/", position_views.adoption_record, name="adoption_record"),
    path(f"{EDITION}adoption/<slug:state>/history/", position_views.adoption_history, name="adoption_history"),
    path(f"{EDITION}compare/", compare_views.edition_compare, name="edition_compare"),
    path(f"{EDITION}compare/<int:order>/", compare_views.chapter_compare, name="chapter_compare"),
]
