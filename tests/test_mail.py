"""Mail through the queue, from the form to the SMTP server, with the queue's own worker; and what is left of it."""

import socket

import pytest
from django.core.mail import send_mail
from django_q.models import OrmQ, Task

from tests.factories import make_user
from tests.smtp_sink import smtp_sink
from tests.worker import run_worker


@pytest.fixture
def queue(settings, db):
    """The portal's own mail backend, which the test runner replaces, and no SMTP server yet."""
    settings.EMAIL_BACKEND = "core.mail.QueuedEmailBackend"
    settings.EMAIL_DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_HOST_USER, settings.EMAIL_USE_TLS = "127.0.0.1", "", False
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = probe.getsockname()[1]
    return settings


def test_nothing_of_a_password_link_stays_in_the_queue_once_it_is_delivered(queue, client):
    make_user(email="person@example.org")
    client.post("/en/account/password/reset/", {"email": "person@example.org"}, headers={"host": "127.0.0.1"})
    with smtp_sink() as (port, kept):
        queue.EMAIL_PORT = port
        run_worker()
    [(_, receivers, message)] = kept
    assert receivers == ["person@example.org"]
    assert "/password/reset/key/" in message.get_body(("plain",)).get_content()
    assert (OrmQ.objects.count(), Task.objects.count()) == (0, 0)


def test_a_message_that_fails_is_kept_and_tried_again_until_it_goes(queue):
    send_mail("Subject", "Text", None, ["person@example.org"])
    run_worker()
    task = Task.objects.get()
    assert (task.func, task.success, OrmQ.objects.count()) == ("core.mail.deliver", False, 1)
    with smtp_sink() as (port, kept):
        queue.EMAIL_PORT = port
        run_worker()
    assert [message["subject"] for _, _, message in kept] == ["Subject"]
    assert (OrmQ.objects.count(), Task.objects.count()) == (0, 0)
