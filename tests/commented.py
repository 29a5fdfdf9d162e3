"""Comments as the tests of their pages make, submit and read them."""

import datetime

from django.utils import timezone

from consultations import commenting
from consultations.models import Consultation

DAY = datetime.timedelta(days=1)


def page(client, url, status=200):
    response = client.get(url)
    assert response.status_code == status, response
    return response.content.decode()


def end(consultation):
    """The consultation, after its time."""
    now = timezone.now()
    Consultation.objects.filter(pk=consultation.pk).update(opens=now - 9 * DAY, closes=now - DAY, ends=now - DAY)
    consultation.refresh_from_db()
    return consultation


def draft(consultation, state, by, **more):
    given = {"text": "Zx say when.", "kind": "general", "language": "en"} | more
    return commenting.draft_comment(consultation=consultation, state=state, by=by, **given)


def submit(comment, by):
    given = {"consultation": comment.consultation, "state": comment.state, "versions": {comment.pk: comment.version}}
    return commenting.submit_comments(by=by, **given)
