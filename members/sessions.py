"""Sessions: kept in the database with the time of the log-in, how long they last, and ending all of a person's."""

from time import time

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db

BEGUN, WRITTEN = "begun", "written"


class SessionStore(db.SessionStore):
    """Notes when somebody logged in, and when the session was written last; it ends idle so long after that."""

    def create_model_instance(self, data):
        if SESSION_KEY in data:
            data[WRITTEN] = int(time())
            data.setdefault(BEGUN, data[WRITTEN])
        return super().create_model_instance(data)


def is_over(session):
    """Whether somebody logged in too long ago, however busy he was since."""
    return SESSION_KEY in session and time() - session.get(BEGUN, 0) >= settings.SESSION_LONGEST


def is_to_be_written(session):
    """Whether a session in use must be written, so that it does not end as idle; not at each request."""
    return SESSION_KEY in session and time() - session.get(WRITTEN, 0) >= settings.SESSION_WRITTEN_EVERY


def end_sessions(user):
    """End all sessions of a person."""
    for session in UserSession.objects.filter(user_id=user.pk):
        session.end()
