"""manage.py tend_seats: what a day brings to the seats of the States; the queue runs it every day."""

from django.core.management.base import BaseCommand

from kms.seats import tend


class Command(BaseCommand):
    help = "Gives new holders what goes with their seat, and reminds of mandates that end or want to be confirmed."

    def handle(self, **options):
        done = tend()
        self.stdout.write(f"{done['begun']} seats begun, {done['reminded']} holders reminded")
