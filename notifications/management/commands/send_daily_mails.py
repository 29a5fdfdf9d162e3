"""manage.py send_daily_mails: one mail to each person for whom news waits; the queue runs it once a day."""

from django.core.management.base import BaseCommand

from notifications.daily import send_daily_mails


class Command(BaseCommand):
    help = "Send the daily mails. It may be run again at any time: nobody gets the same twice."

    def handle(self, **options):
        self.stdout.write(f"daily mails: {send_daily_mails()}")
