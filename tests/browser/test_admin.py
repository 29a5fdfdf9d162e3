"""The curators' admin in the browser: inside its policy on every page, and an editor that lets nothing through."""

import pytest
from django.contrib import admin
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from core.richtext import CleanHTMLField
from events.models import MajorEvent
from legislation.models import Instrument
from programme.models import Activity, Page
from tests.browser.waiting import until
from tests.factories import make_activity, make_edition, make_event
from training.models import Edition, Publication, Term

pytestmark = pytest.mark.browser

# CVE-2024-24815: CKEditor's parser took the end of the style element elsewhere than the browser does.
PAYLOAD = "<p>Before</p><style>x</STYLE\t><img src=x onerror=\"document.title='broken in'\"></style><p>After</p>"
TYPED = '<p>Opening<strong> by the host</strong></p><p>Then <a rel="noopener noreferrer nofollow">this</a></p>'
OF_PACKAGES = {"account", "django_q", "mfa", "usersessions"}  # which the portal takes out of the admin
MODELS = [model for model in admin.site._registry if model._meta.app_label not in OF_PACKAGES]


def named(model):
    return model._meta.label_lower


def address(model, page, *args):
    """The address of a page of a model's admin, or None where it has no such page."""
    try:
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)
    except NoReverseMatch:
        return None


@pytest.fixture
def curator(portal, page, sign_in):
    """The page of somebody of the secretariat."""
    sign_in("secretariat@example.org")
    return page


def made(model):
    """A row of those that the starting content has none of, or None."""
    work = Publication.objects.order_by("pk").first()
    if model is Edition:
        return make_edition(work=work)
    return Term.objects.create(work=work, term="Perimeter", definition="A line.") if model is Term else None


def read(page, url):
    """Open a page and give its scripts the time to run."""
    answer = page.goto(url)
    page.wait_for_load_state("networkidle")
    return answer.status


def open_editors(page):
    """Wait until every editor of the page is ready; returns how many there are."""
    until(page, "Object.values(CKEDITOR.instances).every(one => one.status === 'ready')")
    return page.evaluate("Object.keys(CKEDITOR.instances).length")


def editor_fields(model):
    return [field for field in model._meta.get_fields() if isinstance(field, CleanHTMLField)]


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_lists_of_the_admin_keep_the_policy(portal, curator, watched, model):
    with translation.override("en"):
        assert read(curator, portal.url + address(model, "changelist")) == 200
        for page in ("import", "export"):
            if address(model, page):
                assert read(curator, portal.url + address(model, page)) in {200, 403}
    assert curator.locator("#header").is_visible()
    assert (watched.complaints, watched.strangers) == ([], [])


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_forms_of_the_admin_keep_the_policy(portal, curator, watched, model):
    row = model._default_manager.first() or made(model)
    pages = {"add": [], "change": [row.pk], "history": [row.pk]} if row else {"add": []}
    assert row or named(model) == "events.cooperationneed"
    if model is Edition:  # it is begun on a page of the portal
        del pages["add"]
    statuses = {page: read(curator, portal.url + address(model, page, *args)) for page, args in pages.items()}
    assert statuses == dict.fromkeys(pages, 200)
    assert (watched.complaints, watched.strangers) == ([], [])


def test_index_of_the_admin_keeps_the_policy(portal, curator, watched):
    assert read(curator, portal.url + reverse("admin:index")) == 200
    assert curator.locator("#content-main table").count() >= 5
    assert (watched.complaints, watched.strangers) == ([], [])


def test_autocomplete_of_the_admin_works_inside_the_policy(portal, curator, watched):
    read(curator, portal.url + reverse("admin:events_majorevent_add"))
    curator.locator(".field-host_state .select2-selection").click()
    curator.locator(".select2-search__field").last.fill("Brazil")
    curator.locator(".select2-results__option", has_text="Brazil").click()
    assert curator.locator(".field-host_state .select2-selection__rendered").inner_text().strip("×\n ") == "Brazil"
    assert (watched.complaints, watched.strangers) == ([], [])


@pytest.mark.parametrize("model", [Activity, Instrument, Page], ids=named)
def test_each_rich_text_gets_an_editor(portal, curator, watched, model):
    row = model._default_manager.first()
    read(curator, portal.url + address(model, "change", row.pk))
    curator.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    translated = [field for field in editor_fields(model) if field.name.endswith(("_en", "_es", "_pt", "_fr"))]
    assert open_editors(curator) == len(translated) > 0
    assert (watched.complaints, watched.strangers) == ([], [])


def test_what_is_typed_into_the_editor_is_saved_cleaned_and_shown(portal, curator, watched):
    activity = make_activity(slug="typed-in", title="Typed in")
    change = portal.url + address(Activity, "change", activity.pk)
    read(curator, change)
    open_editors(curator)
    box = curator.locator("#cke_id_agenda_en [contenteditable=true]")
    box.click()
    curator.keyboard.type("Opening")
    curator.keyboard.press("Control+b")
    curator.keyboard.type(" by the host")
    curator.evaluate(
        """document.querySelector('#cke_id_agenda_en [contenteditable=true]').insertAdjacentHTML('beforeend',
        '<p onclick="document.title=1" class="x">Then <a href="javascript:document.title=1">this</a></p>')"""
    )
    curator.locator("[name=_save]").first.click()
    curator.wait_for_url("**/admin/programme/activity/")
    activity.refresh_from_db()
    assert activity.agenda_en.replace("\n", "") == TYPED
    curator.goto(portal.url + activity.get_absolute_url())
    assert curator.locator("#agenda strong").inner_text().strip() == "by the host"
    assert (watched.complaints, watched.strangers) == ([], [])
    activity.delete()


def test_markup_that_broke_out_of_the_editor_is_inert_in_it_and_on_the_page(portal, curator, watched):
    activity = make_activity(slug="broken-out", title="Broken out")
    Activity.objects.filter(pk=activity.pk).update(agenda_en=PAYLOAD)
    read(curator, portal.url + address(Activity, "change", activity.pk))
    open_editors(curator)
    shown = curator.locator("#cke_id_agenda_en [contenteditable=true]")
    assert shown.locator("p").all_inner_texts()[:1] == ["Before"]
    assert shown.locator("img, style, script").count() == 0
    source = curator.context.request.get(curator.url).text()
    assert ("Before" in source, "onerror" in source) == (True, False), "the editor is given cleaned text"
    assert "broken in" not in curator.title()
    curator.goto(portal.url + activity.get_absolute_url())
    assert "Before" in curator.locator("#agenda").inner_text()
    assert curator.locator("#agenda :is(img, style, script)").count() == 0
    assert "broken in" not in curator.title()
    assert (watched.complaints, watched.strangers) == ([], [])
    activity.delete()


def test_markup_set_inside_the_editor_cannot_run(portal, curator):
    """Even markup that reaches the editor itself, by pasting or otherwise, starts no script."""
    page = Page.objects.get(slug="about")
    read(curator, portal.url + address(Page, "change", page.pk))
    open_editors(curator)
    curator.evaluate("html => CKEDITOR.instances.id_body_en.setData(html)", PAYLOAD)
    curator.evaluate("CKEDITOR.instances.id_body_en.updateElement()")
    curator.wait_for_timeout(300)
    assert "broken in" not in curator.title()
    assert "onerror" not in curator.evaluate("CKEDITOR.instances.id_body_en.getData()")


def test_secretariat_logs_in_edits_an_event_and_readers_see_it(portal, page, watched):
    event = make_event(slug="to-be-renamed", name="To be renamed")
    page.goto(f"{portal.url}/en/account/login/?next=/en/events/to-be-renamed/")
    page.get_by_label("Email").fill("secretariat@example.org")
    page.get_by_label("Password").fill("correct horse battery staple")
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    page.wait_for_url("**/en/events/to-be-renamed/")
    page.get_by_role("link", name="Edit in the administration").click()
    page.get_by_label("Name [en]").fill("Renamed by a curator")
    page.locator("[name=_save]").first.click()
    page.wait_for_url("**/admin/events/majorevent/")
    page.context.clear_cookies()
    page.goto(portal.url + event.get_absolute_url())
    assert page.locator("h1").inner_text() == "Renamed by a curator"
    assert page.get_by_role("link", name="Edit in the administration").count() == 0
    assert (watched.complaints, watched.strangers) == ([], [])
    MajorEvent.objects.filter(pk=event.pk).delete()


def test_curator_reverts_a_change(portal, curator, watched):
    event = make_event(slug="to-be-reverted", name="First name")
    event.name_en = "Second name"
    event.save()
    read(curator, portal.url + address(MajorEvent, "history", event.pk))
    curator.locator("#change-history tbody a").last.click()
    curator.wait_for_load_state("networkidle")
    curator.locator("[name=_save], input[type=submit]").first.click()
    curator.wait_for_load_state("networkidle")
    event.refresh_from_db()
    assert event.name_en == "First name"
    assert (watched.complaints, watched.strangers) == ([], [])
    event.delete()
