"""What the pages of the seats show: the board of the States, and the seat of one of them."""

import datetime
from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import today
from core.other_forms import TEXT, cells, text_of
from core.spreadsheets import table_file
from kms.seats import NOTICE, may_end, may_keep_out
from members.access import Role
from members.actions import DAY
from members.audit import audit
from members.models import AuditEntry, Invitation, Mandate, User
from reference.models import MemberState, SubRegion


@dataclass(frozen=True)
class SeatRow:
    """A State's seat today: its holder's Mandate or None, the one to come, an open Invitation to it."""

    state: MemberState
    holder: Mandate | None
    successor: Mandate | None
    invitation: Invitation | None
    last_day: datetime.date | None  # of whoever held it last, where nobody does
    closed: Mandate | None  # one that would fill it, were its holder's account not closed

    @property
    def vacant_since(self):
        """The first day without a holder, where that is known."""
        return self.last_day + DAY if self.last_day else None

    @property
    def invite_url(self):
        """The form that invites somebody to it."""
        query = urlencode({"role": Role.FOCAL_POINT.value, "state": self.state.slug})
        return f"{reverse('kms:invitation_create')}?{query}"

    @property
    def is_ending(self):
        return bool(self.holder and self.holder.until and self.holder.until <= today() + NOTICE[0] * DAY)

    @property
    def is_unconfirmed(self):
        return bool(self.holder and self.holder.confirm_by <= today())

    def is_in(self, name):
        """Whether the board shows it under one of SHOWN."""
        return {
            "filled": self.holder is not None,
            "ending": self.is_ending,
            "vacant": self.holder is None,
            "invited": self.invitation is not None,
            "unconfirmed": self.is_unconfirmed,
        }[name]


SHOWN = {
    "filled": gettext_lazy("filled"),
    "ending": gettext_lazy("ending within 90 days"),
    "vacant": gettext_lazy("vacant"),
    "invited": gettext_lazy("invited"),
    "unconfirmed": gettext_lazy("unconfirmed for a year"),
}
COLUMNS = {
    "iso3": lambda row: row.state.iso3,
    "state": lambda row: text_of(row.state, "name"),
    "subregion": lambda row: text_of(row.state.sub_region, "name"),
    "seat": lambda row: "filled" if row.holder else "vacant",
    "focal_point": lambda row: row.holder and row.holder.person.name,
    "email": lambda row: row.holder and row.holder.person.email,
    "since": lambda row: row.holder and row.holder.since,
    "until": lambda row: row.holder and row.holder.until,
    "confirmed": lambda row: row.holder and row.holder.confirmed,
    "unconfirmed_for_a_year": lambda row: row.is_unconfirmed,
    "vacant_since": lambda row: row.vacant_since,
    "next_focal_point": lambda row: row.successor and row.successor.person.name,
    "next_since": lambda row: row.successor and row.successor.since,
    "invited": lambda row: row.invitation and row.invitation.name,
    "invitation_expires": lambda row: row.invitation and row.invitation.expires,
    "page": lambda row: settings.BASE_URL + reverse("kms:seat_detail", args=[row.state.slug]),
}


class BoardForm(forms.Form):
    """Which seats are wanted."""

    show = forms.ChoiceField(label=gettext_lazy("Seats"), required=False, choices=[("", ""), *SHOWN.items()])
    sub_region = forms.ModelChoiceField(
        label=gettext_lazy("Sub-region"),
        required=False,
        queryset=SubRegion.objects.all(),
        to_field_name="slug",
    )


def board(user, query):
    """Context of the board: {"rows", "errors", "shown" and "regions": links with how many there are}."""
    form = BoardForm(query)
    form.is_valid()
    show, region = form.cleaned_data.get("show"), form.cleaned_data.get("sub_region")
    seats = _seats(user)
    of_region = [row for row in seats if region is None or row.state.sub_region == region]
    of_kind = [row for row in seats if not show or row.is_in(show)]
    return {
        "rows": [row for row in of_region if row in of_kind],
        "errors": [(form.fields[name].label, " ".join(said)) for name, said in form.errors.items()],
        "shown": _shown_links(of_region, show, region),
        "regions": _region_links(seats, of_kind, show, region),
        "total": len(seats),
        "query": _query(show, region),
    }


def _seats(user):
    """A SeatRow for each State of the Programme, by name."""
    holders, successors, closed, last_days = {}, {}, {}, {}
    for mandate in Mandate.objects.visible_to(user).of_focal_points().for_list().order_by("since", "pk"):
        state = mandate.state_id
        if mandate.has_ended:
            last_days[state] = max(mandate.until, last_days.get(state, mandate.until))
        elif not mandate.has_begun:
            successors.setdefault(state, mandate)
        else:
            (holders if mandate.person.is_active else closed)[state] = mandate
    asked = Invitation.objects.visible_to(user).pending().to_seats()
    invited = {invitation.state_id: invitation for invitation in asked}
    states = MemberState.objects.visible_to(user).participating().for_list().by_name()
    found = (holders, successors, invited, last_days, closed)
    return [SeatRow(state, *(rows.get(state.pk) for rows in found)) for state in states]


def _query(show, region):
    """The query string of a choice, "?" included, or ""."""
    values = {"show": show, "sub_region": region and region.slug}
    values = {name: value for name, value in values.items() if value}
    return f"?{urlencode(values)}" if values else ""


def _shown_links(rows, show, region):
    """[(name, how many, address, whether it is the choice)]."""
    path = reverse("kms:seat_board")
    links = [(_("all"), len(rows), path + _query("", region), not show)]
    for name, label in SHOWN.items():
        links.append((label, sum(row.is_in(name) for row in rows), path + _query(name, region), name == show))
    return links


def _region_links(seats, rows, show, region):
    path = reverse("kms:seat_board")
    links = [(_("all"), len(rows), path + _query(show, None), region is None)]
    regions = {row.state.sub_region.pk: row.state.sub_region for row in seats}
    for one in sorted(regions.values(), key=lambda one: text_of(one, "name")):
        number = sum(row.state.sub_region_id == one.pk for row in rows)
        links.append((text_of(one, "name"), number, path + _query(show, one), one == region))
    return links


def board_file(request, form):
    """The board as a table, with the choice in use. It names people, so the log keeps who took it."""
    found = board(request.user, request.GET)
    unknown = [name for name in request.GET if name not in BoardForm.base_fields]
    if found["errors"] or unknown:
        said = [_("There is no file at this address:"), *unknown, *(str(label) for label, _said in found["errors"])]
        return HttpResponse("\n".join([*said, ""]), content_type=TEXT, status=400)
    audit(AuditEntry.Kind.EXPORT, by=request.user, detail=f"seats.{form}{found['query']}")
    return table_file("seats", form, list(COLUMNS), cells(COLUMNS, found["rows"]))


# The seat of one State


@dataclass(frozen=True)
class Held:
    """A mandate as the page of a seat shows it."""

    mandate: Mandate
    may_end: bool
    is_mine: bool

    @property
    def is_due(self):
        """Whether the holder is asked to confirm it."""
        return self.mandate.confirm_by <= today()


@dataclass(frozen=True)
class Expert:
    """A person of the State without a mandate."""

    person: User
    may_end: bool


def seat_of(user, state):
    """Context of a seat's page: {"now", "to_come", "before", "experts", "invitations", "focal_point", "successor"}."""
    mandates = list(Mandate.objects.visible_to(user).of_state(state).order_by("-role", "-since", "-pk"))
    now = [mandate for mandate in mandates if mandate.has_begun and not mandate.has_ended]
    to_come = [mandate for mandate in mandates if not mandate.has_begun]
    holders = {mandate.person_id for mandate in (*now, *to_come)}
    people = User.objects.in_use().of_state(state).by_name()
    asked = Invitation.objects.visible_to(user).of_state(state).unanswered().for_list().latest_first()
    return {
        "now": [_held(user, mandate) for mandate in now],
        "to_come": [_held(user, mandate) for mandate in to_come],
        "before": sorted((row for row in mandates if row.has_ended), key=lambda row: row.until, reverse=True),
        "experts": [_expert(user, person) for person in people if person.pk not in holders],
        "invitations": asked,
        "focal_point": next((row for row in now if row.fills_seat and row.person.is_active), None),
        "successor": next((row for row in to_come if row.fills_seat), None),
    }


def expert_of(user, state, key):
    """The Expert of a State with that primary key; 404 for anybody else."""
    found = [expert for expert in seat_of(user, state)["experts"] if expert.person.pk == key]
    if not found:
        raise Http404
    return found[0]


def _held(user, mandate):
    return Held(mandate, may_end(user, mandate), mandate.person_id == user.pk)


def _expert(user, person):
    return Expert(person, may_keep_out(user, person))
