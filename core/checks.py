"""A check of the editor's configuration: what its known flaws need must stay off (docs/adr/0004)."""

from django.conf import settings
from django.core.checks import Error, register

FORBIDDEN_TAGS = ("script", "style", "iframe", "object", "embed")
FORBIDDEN_PLUGINS = ("sourcearea", "sourcedialog", "docprops", "uploadimage")


def _faults(config):
    """What of one editor configuration opens a known flaw, as texts."""
    allowed = config.get("allowedContent")
    if not isinstance(allowed, str) or any(tag in allowed for tag in FORBIDDEN_TAGS):
        yield "allowedContent must be a list of harmless tags"
    if config.get("fullPage", False) or config.get("versionCheck", True):
        yield "fullPage and versionCheck must be off"
    removed = config.get("removePlugins", "").split(",")
    if missing := [name for name in FORBIDDEN_PLUGINS if name not in removed]:
        yield f"these plugins must be removed: {', '.join(missing)}"


@register
def editor_is_locked_down(app_configs, **kwargs):
    """Errors where the rich-text editor could run what it must not."""
    found = [fault for config in settings.CKEDITOR_CONFIGS.values() for fault in _faults(config)]
    if "ckeditor_uploader" in settings.INSTALLED_APPS:
        found.append("ckeditor_uploader must not be installed")
    return [Error(fault, id="core.E001") for fault in found]
