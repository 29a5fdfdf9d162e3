"""manage.py tend_edition_files: PDFs of texts that have changed go, those of final editions are made; daily."""

from django.core.management.base import BaseCommand

from training.pdf_files import tend_files


class Command(BaseCommand):
    help = "Delete the PDFs of texts that have changed since, and have those of final editions made."

    def handle(self, **options):
        n = tend_files()
        self.stdout.write(f"{n} {'file' if n == 1 else 'files'} deleted.")
