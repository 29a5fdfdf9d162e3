"""What the States say of an edition, in short, on its own page."""

from collections import Counter

from django import template

from consultations.beside_edition import said_of
from consultations.boards import ANSWERS, act_of, page_of
from consultations.models import Adoption, Position
from consultations.positions import is_adopted, why_not_stand
from consultations.rules import states_spoken_for
from members.access import Action
from training.models import Edition

register = template.Library()
LET_OUT = {Edition.Status.FINAL, Edition.Status.SUPERSEDED}


@register.inclusion_tag("consultations/_positions_of.html", takes_context=True)
def positions_of(context, edition):
    """The box beside the contents of an edition that was made final: for members, who alone read positions."""
    user = context["user"]
    if not user.is_authenticated or edition.status not in LET_OUT or not edition.finalised:
        return {"boxes": []}
    models = [Position, Adoption] if is_adopted(edition) else [Position]
    return {"boxes": [_box(model, edition, user) for model in models]}


def _box(model, edition, user):
    _field, answers = ANSWERS[model]
    rows = said_of(model, edition)
    spoken, counts = {row["state"] for row in rows}, Counter(row["said"] for row in rows)
    states = [] if why_not_stand(edition) else states_spoken_for(user, Action.TAKE_POSITION)
    return {
        "is_adoption": model is Adoption,
        "url": page_of(model, edition),
        "counts": [(name, counts[answer]) for answer, name in answers.choices if counts[answer]],
        "acts": [act_of(model, edition, state, spoken=state.pk in spoken) for state in states],
    }
