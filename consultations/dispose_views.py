"""Pages on which the secretariat disposes of comments, writes what was accepted into the next edition, and closes."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from consultations import applying, disposing
from consultations.dispose_forms import ApplyForm, DisposeForm, FindForm, LinkForm, ManyForm, seen_in, show_again
from consultations.disposition_queue import (
    comments_of,
    groups_of,
    next_of,
    queue_of,
    rows_of,
    rows_on,
    tally_of,
    with_marks,
)
from consultations.models import Comment, Consultation, Endorsement
from core.inputs import READ_AND_WRITE, posted
from members.access import Action, allow, require
from moderation.differences import marked
from moderation.refusals import Refused
from training.models import LONGEST_PARAGRAPH, Edition, EditionParagraph
from training.workshop import shown
from training.writing import original_of

MOST_BESIDE = 100  # comments of one paragraph on its page


def _consultation(request, key):
    """A consultation whose comments the reader may dispose of."""
    consultation = get_object_or_404(Consultation.objects.visible_to(request.user).for_detail(), pk=key)
    require(request.user, Action.CONSULT, consultation)
    return consultation


def _comment(request, key):
    """A submitted comment of such a consultation."""
    comment = get_object_or_404(Comment.objects.visible_to(request.user).submitted().for_detail(), pk=key)
    require(request.user, Action.CONSULT, comment.consultation)
    return comment


@require_http_methods(READ_AND_WRITE)
@allow(Action.CONSULT)
def disposition_list(request, key):
    """The comments that were submitted, narrowed; one disposition for those that are ticked."""
    consultation = _consultation(request, key)
    listing = queue_of(request, consultation)
    rows = rows_on(listing.page, consultation, request.user)
    everything = comments_of(consultation, request.user).in_matrix_order()
    form = ManyForm(posted(request), rows=everything, shown=rows)
    if form.is_bound and form.is_valid():
        if _dispose_of_many(request, form):
            return redirect(request.get_full_path())
        show_again(form, rows)
    picked = {str(value) for value in form["picked"].value() or []}
    context = {"consultation": consultation, "listing": listing, "rows": with_marks(rows), "form": form}
    context |= {"picked": picked, "tally": tally_of(consultation, request.user)}
    context["why_not_close"] = disposing.why_not_close(consultation)
    context["open_groups"], context["folded_groups"] = groups_of(listing)
    return render(request, "consultations/disposition_list.html", context)


def _dispose_of_many(request, form):
    """All that were ticked, or none; returns whether it was done."""
    given = form.cleaned_data
    rows = list(given["picked"])
    said = {"disposition": given["disposition"], "observation": given["observation"], "by": request.user}
    try:
        disposing.dispose_each(
            groups=[rows] if given["together"] else [[row] for row in rows], seen=seen_in(form), **said
        )
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    words = ngettext(
        "Saved: %(n)d comment has its disposition.", "Saved: %(n)d comments have their disposition.", len(rows)
    )
    messages.success(request, words % {"n": len(rows)})
    return True


@require_http_methods(READ_AND_WRITE)
@allow(Action.CONSULT)
def comment_dispose(request, key):
    """One comment with all that is said on its paragraph; what becomes of it, and why."""
    comment = _comment(request, key)
    alike = list(applying.companions_of(comment, request.user))
    rows = comments_of(comment.consultation, request.user).exclude(pk=comment.pk).for_list()
    begun = {"disposition": comment.disposition, "observation": comment.observation}
    begun["others"] = [row.pk for row in alike if row.handled_with_id == comment.pk]
    form = DisposeForm(posted(request), initial=begun, comment=comment, rows=rows, alike=alike)
    if form.is_bound and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("disposition", "observation")}
        try:
            comments = [comment, *form.together]
            disposing.dispose(comments=comments, by=request.user, seen=seen_in(form), **given)
        except Refused as refused:
            comment = _refresh(request, form, refused, comment)
        else:
            return _disposed(request, comment, given["disposition"])
    context = _facts(request, comment) | {"alike": alike}
    context["form"] = form if form.is_bound or not comment.consultation.closed else None
    return render(request, "consultations/comment_dispose.html", context)


def _refresh(request, form, refused, comment):
    """Say why it was not done; whoever sends the form again has seen how the comments stand now."""
    form.add_error(None, str(refused))
    show_again(form, Comment.objects.visible_to(request.user).in_bulk(form.seen).values())
    return Comment.objects.visible_to(request.user).for_detail().with_key(comment.pk).first() or comment


def _disposed(request, comment, disposition):
    """To the next comment that waits, where that was asked; else back to this one, to what can be done then."""
    following = next_of(comment, request.user) if "next" in request.POST else None
    taken = comment.proposed and disposition in disposing.TAKES_IN and "next" in request.POST
    then = _then_written(request, comment) if taken else ""
    if following:
        messages.success(request, _("Saved. This is the next one.") + then)
        return redirect("consultations:comment_dispose", following)
    if "next" in request.POST:
        messages.success(request, _("Saved. No other comment waits for a disposition.") + then)
        return redirect("consultations:disposition_list", comment.consultation_id)
    messages.success(request, _("Saved. The States read it once the consultation is closed."))
    page = reverse("consultations:comment_dispose", args=[comment.pk])
    return redirect(f"{page}#text" if disposition in disposing.TAKES_IN else page)


def _then_written(request, comment):
    """What is still to do for a proposal that was accepted, behind another sentence."""
    following = applying.next_edition_of(comment.consultation.edition, request.user)
    if following is None:
        return " " + _("Begin the next edition to write there what was accepted.")
    said = _("%(code)s can be written into %(edition)s: the list has it under “Accepted, not in the text yet”.")
    return " " + said % {"code": comment.code, "edition": following.label_of_edition}


def _facts(request, comment):
    """What the pages of one comment show around their forms."""
    consultation, user = comment.consultation, request.user
    following = applying.next_edition_of(consultation.edition, user)
    target = applying.target_of(comment, user, following) if following else None
    return {
        "comment": comment,
        "consultation": consultation,
        "difference": marked(comment.base, comment.proposed) if comment.proposed else None,
        "paragraph": shown(original_of(comment.placed).html) if comment.placed else "",
        "endorsements": Endorsement.objects.visible_to(user).of(comment).for_list(),
        "following": following,
        "target": target,
        "why_not": applying.why_not_apply(comment, target),
        "can_apply": target is not None and comment.disposition in disposing.TAKES_IN,
        "is_linkable": comment.disposition in applying.LINKED,
        "together": Comment.objects.visible_to(user).together_with(comment).select_related("state"),
        "changes": applying.changes_for(comment, user),
    }


@require_http_methods(READ_AND_WRITE)
@allow(Action.CONSULT)
def comment_apply(request, key):
    """Write what was accepted into the next edition, or say which change of the text answers the comment."""
    comment = _comment(request, key)
    if "link" in request.POST:
        return _linked(request, comment)
    facts, form, more = _facts(request, comment), None, {}
    if not facts["why_not"]:
        form = _apply_form(request, comment, facts["target"])
        if form.is_bound and form.is_valid():
            others, given = form.cleaned_data.pop("others", []), form.cleaned_data
            try:
                change = applying.apply_comment(comment=comment, by=request.user, also=others, **given)
            except Refused as refused:
                facts, more = _refused(request, comment, form, refused)
            else:
                return _applied(request, comment, change)
    elif request.method == "POST":
        messages.error(request, _("Nothing was changed: %(reason)s") % {"reason": facts["why_not"]})
        more = {"written": request.POST.get("text", "")[:LONGEST_PARAGRAPH]}
    return _applying(request, comment, facts, form, **more)


def _apply_form(request, comment, target):
    """The form with the text of the paragraph: the proposed one where nobody changed it meanwhile."""
    others = [row for row in applying.companions_of(comment, request.user) if row.disposition in applying.LINKED]
    begun = {"text": comment.proposed if target.fits else target.text, "version": target.version}
    begun["others"] = [row.pk for row in others if applying.goes_with(row, comment)]
    data = posted(request)
    if data and "as_proposed" in data:
        data = data.copy()
        data["text"] = comment.proposed
    return ApplyForm(data, initial=begun, others=others)


def _refused(request, comment, form, refused):
    """(the facts as they are now, both texts where somebody else was faster): who sends it again has seen them."""
    form.add_error(None, str(refused))
    facts = _facts(request, comment)
    target, version = facts["target"], form.cleaned_data.get("version")
    if target is None or version == target.version:
        return facts, {}
    form.data = form.data.copy()
    form.data["version"] = str(target.version)
    theirs, mine = marked(target.text, form.cleaned_data["text"])
    return facts, {"theirs": theirs, "mine": mine, "status": 409}


def _applied(request, comment, change):
    said = _("Written into %(edition)s: %(paragraph)s. The comment leads there from now on.")
    messages.success(request, said % {"edition": change.edition.label_of_edition, "paragraph": change.paragraph})
    return redirect("consultations:comment_dispose", comment.pk)


def _applying(request, comment, facts, form, *, status=200, **more):
    """The page; `links` is the form of the changes that may answer the comment."""
    asked = FindForm(request.GET if "p" in request.GET else None)
    name = asked.cleaned_data["p"] if asked.is_bound and asked.is_valid() else ""
    rows = applying.changes_to_link(comment, request.user, name)
    every, keys = applying.later_changes(comment, request.user), [row.pk for row in rows]
    linked = [row.pk for row in facts["changes"]]
    links = LinkForm(initial={"shown": keys, "changes": linked}, rows=every, shown=rows) if rows else None
    target, context = facts["target"], facts | more | {"form": form, "asked": asked, "links": links, "looked_for": name}
    if target and comment.proposed and not target.fits:
        context["texts"] = applying.two_changes(comment, target)
    return render(request, "consultations/comment_apply.html", context, status=status)


def _linked(request, comment):
    """Keep which changes answer the comment."""
    rows = applying.later_changes(comment, request.user).select_related("edition__work", "paragraph")
    form = LinkForm(request.POST, rows=rows, shown=())
    if not form.is_valid():
        messages.error(request, _("Nothing was linked: a change is not, or no longer, among those of later editions."))
        return redirect(request.get_full_path())
    try:
        shown_there, chosen = form.cleaned_data["shown"], form.cleaned_data["changes"]
        applying.link_changes(comment=comment, shown=shown_there, chosen=chosen, by=request.user)
        messages.success(request, _("Saved: the comment leads to the changes that are ticked."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(request.get_full_path())


@require_safe
@allow(Action.CONSULT)
def proposal_compare(request, key, serial):
    """All that was said on one paragraph: the proposals side by side, then the comments without one."""
    consultation = _consultation(request, key)
    placed = EditionParagraph.objects.of(consultation.edition).called(serial).for_writing().first()
    if placed is None:
        raise Http404
    placed.edition = placed.chapter.edition = consultation.edition
    said = comments_of(consultation, request.user).on(placed)
    rows = list(rows_of(consultation, request.user).on(placed)[:MOST_BESIDE])
    context = {"consultation": consultation, "placed": placed, "count": said.count(), "most": MOST_BESIDE}
    context["proposals"] = with_marks([row for row in rows if row.proposed])
    context["others"] = [row for row in rows if not row.proposed]
    context["paragraph"] = shown(original_of(placed).html)
    following = applying.next_edition_of(consultation.edition, request.user)
    context |= {"following": following, "now": _text_now(request, placed, following)}
    return render(request, "consultations/proposal_compare.html", context)


def _text_now(request, placed, following):
    """What the paragraph says in the next edition where that is another text, with what differs marked; or None."""
    if following is None:
        return None
    now = applying.standing_in(following, placed.paragraph.serial, request.user)
    if now is None:
        return None
    now.edition = following
    texts = original_of(placed).text, original_of(now).text
    return applying.as_one(*texts) if texts[0] != texts[1] else None


@require_http_methods(READ_AND_WRITE)
@allow(Action.CONSULT)
def consultation_close(request, key):
    """What is published when a consultation is closed, what still keeps it from that, and the button."""
    consultation = _consultation(request, key)
    if request.method == "POST":
        try:
            disposing.close_consultation(consultation=consultation, by=request.user)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect(request.path)
        messages.success(request, _("Closed. The States that commented or endorsed are told."))
        return redirect(consultation)
    rows = comments_of(consultation, request.user)
    context = {"consultation": consultation, "tally": tally_of(consultation, request.user), "total": rows.count()}
    context |= {"why_not": disposing.why_not_close(consultation), "unapplied": rows.unapplied().count()}
    later = Edition.objects.visible_to(request.user).of(consultation.edition.work).newest_first().first()
    context["later"] = later if later and later.number > consultation.edition.number else None
    return render(request, "consultations/consultation_close.html", context)
