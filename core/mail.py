"""Mail leaves through the queue, enqueued in the transaction of the write that causes it."""

from uuid import uuid4

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django_q.models import Task
from django_q.tasks import async_task


class QueuedEmailBackend(BaseEmailBackend):
    """Django's mail backend that puts each message in the queue instead of sending it.

    A message may hold a secret link: the queue forgets it once it is sent, and keeps it where it could not be sent.
    """

    def send_messages(self, email_messages):
        for message in email_messages:
            message.connection = None  # the worker opens its own
            name = uuid4().hex
            options = {"task_name": name, "group": "mail", "save": False}
            async_task("core.mail.deliver", message, name, q_options=options)
        return len(email_messages)


def deliver(message, name):
    """Send one EmailMessage; run by the queue's worker, which tries again when it raises.

    `name` is that of the task: what is kept of its failed attempts goes when the message does.
    """
    get_connection(settings.EMAIL_DELIVERY_BACKEND).send_messages([message])
    Task.objects.filter(name=name).delete()
