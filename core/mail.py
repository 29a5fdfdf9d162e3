"""Mail leaves through the queue, enqueued in the transaction of the write that causes it."""

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django_q.tasks import async_task


class QueuedEmailBackend(BaseEmailBackend):
    """Django's mail backend that puts each message in the queue instead of sending it."""

    def send_messages(self, email_messages):
        for message in email_messages:
            message.connection = None  # the worker opens its own
            async_task("core.mail.deliver", message, group="mail")
        return len(email_messages)


def deliver(message):
    """Send one EmailMessage; run by the queue's worker, which tries again when it raises."""
    get_connection(settings.EMAIL_DELIVERY_BACKEND).send_messages([message])
