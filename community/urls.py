"""Addresses of the community; fixed words stand before the slug of a forum."""

from django.urls import include, path

from community import draft_views, lesson_views, moderating_views, views, writing_views

app_name = "community"
pages = [
    path("", views.forum_list, name="forum_list"),
    path("search/", views.post_search, name="post_search"),
    path("unread/", views.thread_unread, name="thread_unread"),
    path("unread/read/", views.thread_mark_read, name="thread_mark_read"),
    path("drafts/", draft_views.draft_list, name="draft_list"),
    path("drafts/save/", draft_views.draft_save, name="draft_save"),
    path("drafts/<int:key>/delete/", draft_views.draft_delete, name="draft_delete"),
    path("preview/", draft_views.post_preview, name="post_preview"),
    path("people/", draft_views.person_suggestions, name="person_suggestions"),
    path("threads/<slug:slug>/", views.thread_detail, name="thread_detail"),
    path("threads/<slug:slug>/reply/", writing_views.post_create, name="post_create"),
    path("threads/<slug:slug>/lesson/", lesson_views.thread_lesson, name="thread_lesson"),
    path("posts/<int:key>/", views.post_detail, name="post_detail"),
    path("posts/<int:key>/edit/", writing_views.post_edit, name="post_edit"),
    path("posts/<int:key>/history/", writing_views.post_history, name="post_history"),
    path("posts/<int:key>/thanks/", writing_views.post_thanks, name="post_thanks"),
    path("posts/<int:key>/flag/", moderating_views.post_flag, name="post_flag"),
    path("threads/<slug:slug>/pin/", moderating_views.thread_pin, name="thread_pin"),
    path("threads/<slug:slug>/lock/", moderating_views.thread_lock, name="thread_lock"),
    path("threads/<slug:slug>/hide/", moderating_views.thread_hide, name="thread_hide"),
    path("threads/<slug:slug>/rename/", moderating_views.thread_rename, name="thread_rename"),
    path("threads/<slug:slug>/label/", moderating_views.thread_label, name="thread_label"),
    path("threads/<slug:slug>/move/", moderating_views.thread_move, name="thread_move"),
    path("threads/<slug:slug>/merge/", moderating_views.thread_merge, name="thread_merge"),
    path("threads/<slug:slug>/split/", moderating_views.thread_split, name="thread_split"),
    path("<slug:slug>.atom", views.forum_feed, name="forum_feed"),
    path("<slug:slug>/", views.forum_detail, name="forum_detail"),
    path("<slug:slug>/new/", writing_views.thread_create, name="thread_create"),
]
urlpatterns = [path("community/", include(pages))]
