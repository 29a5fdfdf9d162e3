"""What a password must not be made of: the portal's own words."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.text import fold

# The portal, the Programme and who runs it, in the portal's languages; docs/security.md lists them.
OWN_WORDS = re.compile("observator(?:y|io)|observatoire|americas|ameriques|unicri|cicte|kms|ipo|oas|oea")
FEWEST_LETTERS = 8


class OwnWordsValidator:
    """Refuses a password that has such a word and, without them, fewer than eight letters."""

    def validate(self, password, user=None):
        rest, found = OWN_WORDS.subn("", fold(password))
        if found and sum(sign.isalpha() for sign in rest) < FEWEST_LETTERS:
            raise ValidationError(self.get_help_text(), code="password_of_own_words")

    def get_help_text(self):
        return _("Your password can’t be made mostly of the portal’s own words, such as its name.")
