"""Addresses of proposals, of the queues, and of what moderators decide, beneath the desk."""

from django.urls import include, path

from moderation import flag_views, views

app_name = "moderation"
one = [
    path("", views.proposal_detail, name="proposal_detail"),
    path("edit/", views.proposal_edit, name="proposal_edit"),
    path("submit/", views.proposal_submit, name="proposal_submit"),
    path("withdraw/", views.proposal_withdraw, name="proposal_withdraw"),
    path("accept/", views.proposal_accept, name="proposal_accept"),
    path("return/", views.proposal_return, name="proposal_return"),
    path("rebase/", views.proposal_rebase, name="proposal_rebase"),
    path("documents/add/", views.proposal_document_add, name="proposal_document_add"),
    path("documents/<uuid:document>/", views.proposal_document, name="proposal_document"),
    path("documents/<uuid:document>/remove/", views.proposal_document_remove, name="proposal_document_remove"),
]
urlpatterns = [
    path("queue/", views.proposal_queue, name="proposal_queue"),
    path("flags/", flag_views.flag_queue, name="flag_queue"),
    path("flags/<slug:kind>/<int:key>/", flag_views.flag_detail, name="flag_detail"),
    path("flags/<slug:kind>/<int:key>/decide/", flag_views.flag_decide, name="flag_decide"),
    path("proposals/", views.proposal_list, name="proposal_list"),
    path("proposals/<uuid:uuid>/", include(one)),
    path("proposals/<str:kind>/new/", views.proposal_create, name="proposal_create"),
    path("proposals/<str:kind>/<int:key>/change/", views.proposal_change, name="proposal_change"),
]
