"""manage.py encrypt_second_factors: encrypts second factors with the first of KMS_MFA_KEYS, so that old keys can go."""

from django.core.management.base import BaseCommand

from members.mfa import encrypt_anew


class Command(BaseCommand):
    help = "Encrypts the secrets of all second factors with the first key of KMS_MFA_KEYS."

    def handle(self, **options):
        self.stdout.write(f"{encrypt_anew()} secrets encrypted with the first key.")
