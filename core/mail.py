"""Mail leaves through the queue, enqueued in the transaction of the write that causes it."""

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.dispatch import receiver
from django_q.models import Task
from django_q.signals import post_execute
from django_q.tasks import async_task

DELIVER = "core.mail.deliver"


class QueuedEmailBackend(BaseEmailBackend):
    """Django's mail backend that puts each message in the queue instead of sending it."""

    def send_messages(self, email_messages):
        for message in email_messages:
            message.connection = None  # the worker opens its own
            async_task(DELIVER, message, group="mail", q_options={"save": False})  # it may hold a secret link
        return len(email_messages)


def deliver(message):
    """Send one EmailMessage; run by the queue's worker, which tries again when it raises."""
    get_connection(settings.EMAIL_DELIVERY_BACKEND).send_messages([message])


@receiver(post_execute)
def forget_delivered(sender, task, **kwargs):
    """Delete the record of failed attempts of a message that has gone in the end: it holds the message."""
    if task["success"] and task["func"] == DELIVER:
        Task.objects.filter(pk=task["id"]).delete()
