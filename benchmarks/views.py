"""The two yardsticks: what an answer costs at least, and what an ordinary Django page costs."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.labels import Label
from events.models import MajorEvent
from members.access import public, signed_in

FIXED = b"<!doctype html>" + b"x" * (20_000 - 15)
ROWS = 25


@require_safe
@public
def yardstick_a(request):
    """20 kB of fixed bytes through all middleware."""
    return HttpResponse(FIXED)


@require_safe
@signed_in
def yardstick_d(request):
    """One indexed query of 25 rows through a plain template, about 20 kB, for who is signed in."""
    events = MajorEvent.objects.filter(label=Label.CLEAR, publication=MajorEvent.Publication.PUBLISHED)
    latest = events.select_related("host_state").defer("search_text").order_by("-start")[:ROWS]
    return render(request, "benchmarks/yardstick_d.html", {"events": latest})
