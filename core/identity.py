"""Names that a record and a list keep for good, whatever becomes of their slugs, their languages and the host."""

import uuid

# Chosen once. Another value would make every calendar and feed reader take all that it has for new.
NAMESPACE = uuid.UUID("e3a3600d-529c-4781-bb25-9eaa3f7362a3")


def record_uuid(record):
    """The UUID of a record: the same in every language, calendar and feed."""
    return uuid.uuid5(NAMESPACE, f"{record._meta.label_lower}/{record.pk}")


def list_uuid(address):
    """The UUID of a list by its path and query: another language or filter makes another list."""
    return uuid.uuid5(NAMESPACE, address)
