"""allauth's hooks: nobody signs up by himself, and links in mails come from a setting."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by the secretariat."""

    def is_open_for_signup(self, request):
        return False

    def get_reset_password_from_key_url(self, key):
        path = super().get_reset_password_from_key_url(key)
        return settings.BASE_URL + "/" + path.split("/", 3)[3]

    def render_mail(self, template_prefix, email, context, headers=None):
        return super().render_mail(template_prefix, email, {**context, "base_url": settings.BASE_URL}, headers)
