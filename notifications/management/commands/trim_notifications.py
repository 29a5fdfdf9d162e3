"""manage.py trim_notifications: what people read more than a year ago goes; the queue runs it once a day."""

import datetime

from django.core.management.base import BaseCommand
from django.utils import timezone

from notifications.models import Notification

KEPT = datetime.timedelta(days=365)


class Command(BaseCommand):
    help = "Delete the notifications that were read more than a year ago. What is unread stays."

    def handle(self, **options):
        n, _each = Notification.objects.read_before(timezone.now() - KEPT).delete()
        self.stdout.write(f"{n} {'notification' if n == 1 else 'notifications'} deleted.")
