"""Addresses of the manual and the standards."""

from django.urls import path

from training import load_views, paragraph_views, pdf_views, views, workshop_views

app_name = "training"
PARAGRAPH = "<slug:slug>/<int:number>/p/<int:serial>/"
urlpatterns = [
    path("", views.publication_list, name="publication_list"),
    path("loads/<int:key>/", load_views.load_confirm, name="load_confirm"),
    path("<slug:slug>/", views.publication_detail, name="publication_detail"),
    path("<slug:slug>/glossary/", views.glossary, name="glossary"),
    path("<slug:slug>/history/", views.publication_history, name="publication_history"),
    path("<slug:slug>/start/", workshop_views.edition_start, name="edition_start"),
    path("<slug:slug>/<int:number>/", views.edition_detail, name="edition_detail"),
    path("<slug:slug>/<int:number>/write/", workshop_views.edition_write, name="edition_write"),
    path("<slug:slug>/<int:number>/finalise/", workshop_views.edition_finalise, name="edition_finalise"),
    path("<slug:slug>/<int:number>/load/", load_views.chapter_load, name="chapter_load"),
    path("<slug:slug>/<int:number>/search/", views.edition_search, name="edition_search"),
    path("<slug:slug>/<int:number>/p/<int:serial>/", views.paragraph_detail, name="paragraph_detail"),
    path("<slug:slug>/<int:number>/edition.pdf", pdf_views.edition_pdf, name="edition_pdf"),
    path("<slug:slug>/<int:number>/<int:order>/chapter.pdf", pdf_views.chapter_pdf, name="chapter_pdf"),
    path("<slug:slug>/<int:number>/<int:order>/", views.chapter_detail, name="chapter_detail"),
    path("<slug:slug>/<int:number>/<int:order>/read/", views.chapter_mark_read, name="chapter_mark_read"),
    path(f"{PARAGRAPH}edit/", paragraph_views.paragraph_edit, name="paragraph_edit"),
    path(f"{PARAGRAPH}translate/", paragraph_views.paragraph_translate, name="paragraph_translate"),
    path(f"{PARAGRAPH}split/", paragraph_views.paragraph_split, name="paragraph_split"),
    path(f"{PARAGRAPH}merge/", paragraph_views.paragraph_merge, name="paragraph_merge"),
    path(f"{PARAGRAPH}move/", paragraph_views.paragraph_move, name="paragraph_move"),
    path(f"{PARAGRAPH}kind/", paragraph_views.paragraph_kind, name="paragraph_kind"),
    path(f"{PARAGRAPH}remove/", paragraph_views.paragraph_remove, name="paragraph_remove"),
    path(f"{PARAGRAPH}history/", paragraph_views.paragraph_history, name="paragraph_history"),
    path(f"{PARAGRAPH}evidence/", paragraph_views.paragraph_evidence, name="paragraph_evidence"),
    path("<slug:slug>/<int:number>/<int:order>/write/", workshop_views.chapter_write, name="chapter_write"),
    path("<slug:slug>/<int:number>/<int:order>/edit/", workshop_views.chapter_edit, name="chapter_edit"),
    path("<slug:slug>/<int:number>/<int:order>/move/", workshop_views.chapter_move, name="chapter_move"),
    path("<slug:slug>/<int:number>/<int:order>/remove/", workshop_views.chapter_remove, name="chapter_remove"),
    path("<slug:slug>/<int:number>/<int:order>/add/", paragraph_views.paragraph_add, name="paragraph_add"),
]
