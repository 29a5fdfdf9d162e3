"""manage.py forget_second_factors EMAIL: lets somebody in again who lost phone, passkeys and recovery codes."""

from django.core.management.base import BaseCommand, CommandError

from members.mfa import forget_second_factors
from members.models import User


class Command(BaseCommand):
    help = "Takes all second factors from an account and ends its sessions. Make sure first who is asking."

    def add_arguments(self, parser):
        parser.add_argument("email", help="the address of the account")

    def handle(self, *, email, **options):
        user = User.objects.filter(email=email.lower()).first()
        if user is None:
            raise CommandError(f"There is no account with the address {email}.")
        number = forget_second_factors(user=user, by=None)
        self.stdout.write(f"{number} second factors of {user.email} taken away; the sessions have ended.")
