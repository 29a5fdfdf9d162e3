"""What a browser would send back from a form of the admin."""

import datetime
import decimal

from django.db.models import Model


def _sent(value):
    """A field's value as a browser sends it, or None where it sends nothing."""
    if value is None or value is False or hasattr(value, "storage"):
        return None
    if value is True:
        return "on"
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, datetime.date | decimal.Decimal):
        return str(value)
    if isinstance(value, list | tuple):
        return [_sent(part) for part in value]
    return value


def _fields(form):
    return {field.html_name: _sent(field.value()) for field in form}


def form_data(response, **changes):
    """All that the form on an admin page holds, with some of it changed; None leaves a field out."""
    data = _fields(response.context["adminform"].form)
    for inline in response.context.get("inline_admin_formsets", []):
        data |= _fields(inline.formset.management_form)
        for form in inline.formset.initial_forms:
            data |= _fields(form)
    return {name: value for name, value in (data | changes).items() if value is not None}


def save(client, address, **changes):
    """Change something in the admin's form at an address, as a curator does, and see that it was saved."""
    page = client.get(address)
    response = client.post(address, form_data(page, **changes))
    assert response.status_code == 302, _errors(response)
    return response


def _errors(response):
    forms = [response.context["adminform"].form]
    forms += [form for inline in response.context["inline_admin_formsets"] for form in inline.formset.forms]
    return [form.errors.as_text() for form in forms if form.errors]
