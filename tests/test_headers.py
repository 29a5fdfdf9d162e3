"""Headers of every kind of answer, and the addresses of one page in its languages."""

import re

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from core.labels import Label
from tests.factories import make_activity, make_document, make_event, make_instrument, make_page, make_theme

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}
OF_EVERY_ANSWER = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
}
RICH_TEXT = {"programme.activity", "programme.page", "legislation.instrument"}
OPEN = ["/en/", "/en/events/", "/en/events/games/", "/en/legislation/law/", "/en/programme/", "/en/network/",
        "/en/themes/", "/en/about/", "/en/nothing/", "/robots.txt", "/sitemap.xml", "/healthz", "/"]  # fmt: skip


def policy(response):
    return set(response["Content-Security-Policy"].split("; "))


def headers(response):
    return {name: response.get(name) for name in OF_EVERY_ANSWER}


@pytest.fixture
def records(db):
    make_page(slug="about")
    make_event(slug="games", themes=[make_theme()])
    make_instrument(slug="law")


ANSWERS = [
    ("get", "/en/events/", 200),
    ("get", "/en/events/games/", 200),
    ("get", "/en/account/login/", 200),
    ("get", "/en/nothing/", 404),
    ("get", "/en/events/?page=0", 404),
    ("post", "/en/events/", 405),
    ("delete", "/en/events/", 405),
    ("trace", "/en/", 405),
    ("get", "/", 302),
    ("get", "/en/events", 301),
    ("get", "/en/account/", 302),
    ("get", "/en/events/games/history/", 302),
    ("get", "/admin/", 302),
    ("get", "/sitemap.xml", 200),
    ("get", "/sitemap-events.xml", 200),
    ("get", "/robots.txt", 200),
    ("get", "/.well-known/security.txt", 200),
    ("get", "/healthz", 503),
]


@pytest.mark.parametrize(("method", "address", "status"), ANSWERS)
def test_every_kind_of_answer_has_the_headers(client, records, method, address, status):
    response = getattr(client, method)(address)
    assert response.status_code == status
    assert headers(response) == OF_EVERY_ANSWER
    assert policy(response) == POLICY


def test_a_refused_host_gets_the_headers_too(client, db):
    response = client.get("/en/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert headers(response) == OF_EVERY_ANSWER
    assert policy(response) == POLICY


def test_a_page_that_failed_has_the_headers_and_says_nothing_of_why(db, monkeypatch):
    monkeypatch.setattr("kms.figures.of_the_portal", lambda user: 1 / 0)
    response = Client(raise_request_exception=False).get("/en/")
    assert response.status_code == 500
    assert headers(response) == OF_EVERY_ANSWER
    assert policy(response) == POLICY
    page = response.content.decode()
    assert "Something went wrong here" in page
    assert ("ZeroDivision" in page, "Traceback" in page) == (False, False)


def test_a_forbidden_page_has_the_headers(client_for, partner, records):
    response = client_for(partner).get("/en/events/games/history/")
    assert response.status_code == 403
    assert headers(response) == OF_EVERY_ANSWER
    assert policy(response) == POLICY
    assert "You may not do this" in response.content.decode()


def test_a_forged_form_is_refused_with_the_headers(db):
    response = Client(enforce_csrf_checks=True).post("/en/account/login/", {"login": "a@example.org", "password": "x"})
    assert response.status_code == 403
    assert headers(response) == OF_EVERY_ANSWER
    assert "The form has expired" in response.content.decode()


@pytest.mark.parametrize("path", ["css/kms.css", "js/kms.js", "img/favicon.svg", "admin/css/base.css"])
def test_static_files_have_the_headers(client, db, path):
    response = client.get(f"/static/{path}")
    assert response.status_code == 200
    assert len(b"".join(response.streaming_content)) > 100
    assert headers(response) == OF_EVERY_ANSWER
    assert policy(response) == POLICY
    assert "Access-Control-Allow-Origin" not in response


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/en/", "text/html; charset=utf-8"),
        ("/sitemap.xml", "application/xml; charset=utf-8"),
        ("/sitemap-events.xml", "application/xml; charset=utf-8"),
        ("/robots.txt", "text/plain; charset=utf-8"),
        ("/.well-known/security.txt", "text/plain; charset=utf-8"),
    ],
)
def test_what_is_text_names_its_encoding(client, records, address, said):
    assert client.get(address)["Content-Type"] == said


def test_a_download_is_a_sandboxed_attachment(client, db):
    document = make_document(filename="Évaluation.pdf")
    response = client.get(document.get_absolute_url())
    assert b"".join(response.streaming_content).startswith(b"%PDF")
    assert headers(response) == OF_EVERY_ANSWER
    assert policy(response) == POLICY | {"sandbox"}
    assert response["Content-Disposition"] == 'attachment; filename="evaluation.pdf"'
    assert response["Cache-Control"] == "public, no-cache"


def test_a_restricted_download_is_kept_out_of_caches(client, client_for, expert):
    document = make_document(label=Label.GREEN)
    assert client.get(document.get_absolute_url()).status_code == 404
    response = client_for(expert).get(document.get_absolute_url())
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("address", OPEN)
def test_a_visitor_gets_no_cookie_on_open_pages(client, records, address):
    response = client.get(address)
    assert (response.status_code in {200, 302, 404, 503}, dict(response.cookies)) == (True, {})


@pytest.mark.parametrize("address", ["/en/", "/en/events/", "/en/nothing/", "/en/account/", "/robots.txt"])
def test_what_a_member_sees_is_in_no_cache(client_for, expert, records, address):
    response = client_for(expert).get(address)
    assert response["Cache-Control"] == "private, no-store"


def test_cookies_of_a_session_are_not_for_scripts_or_other_sites(client, secretariat):
    data = {"login": secretariat.email, "password": "correct horse battery staple"}
    response = client.post("/en/account/login/", data)
    cookie = response.cookies["session"]
    assert (response.status_code, cookie["httponly"], cookie["samesite"]) == (302, True, "Lax")


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("es-MX,es;q=0.9,en;q=0.5", "es"), ("pt-BR", "pt-br"), ("pt", "pt-br"), ("fr-CA", "fr"), ("de", "en"), ("", "en")],
)
def test_the_bare_address_leads_to_the_readers_language(client, db, accepted, language):
    response = client.get("/", headers={"Accept-Language": accepted})
    assert (response.status_code, response.url) == (302, f"/{language}/")
    assert {"Accept-Language", "Cookie"} <= {part.strip() for part in response["Vary"].split(",")}


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_every_link_of_a_page_keeps_its_language(client, records, language):
    page = client.get(f"/{language}/events/?kind=sport").content.decode()
    body = re.sub(r'<ul class="(pop__list|menu__languages)".*?</ul>', "", page.split("<body>")[1], flags=re.S)
    links = re.findall(r'(?:href|action)="(/[^"]*)"', body)
    free = {"/.well-known/security.txt"}
    assert len(links) > 15
    assert {link for link in links if not link.startswith(f"/{language}/")} == free


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_a_page_names_itself_and_its_other_languages(client, records, language):
    page = client.get(f"/{language}/events/games/").content.decode()
    assert f'<link rel="canonical" href="{settings.BASE_URL}/{language}/events/games/">' in page
    alternates = dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', page))
    assert alternates == {code: f"{settings.BASE_URL}/{code}/events/games/" for code, _ in settings.LANGUAGES}


def test_the_language_switch_keeps_the_filters(client, records):
    page = client.get("/en/events/?kind=sport&q=ga%26me").content.decode()
    assert '<a href="/fr/events/?kind=sport&amp;q=ga%26me" lang="fr" hreflang="fr">' in page


def test_error_pages_are_kept_out_of_search_engines(client, db):
    assert '<meta name="robots" content="noindex">' in client.get("/en/nothing/").content.decode()


def test_a_missing_page_speaks_the_language_of_its_address(client, db):
    page = client.get("/es/nada/").content.decode()
    assert '<html lang="es">' in page
    assert 'href="/es/account/login/?next=/es/nada/"' in page


def test_only_forms_with_an_editor_have_the_relaxed_policy(client_for, administrator, records):
    make_activity()
    client = client_for(administrator)
    relaxed = {}
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        row = model._default_manager.first()
        addresses = [reverse(f"{name}_changelist"), reverse(f"{name}_add")]
        addresses += (
            [reverse(f"{name}_change", args=[row.pk]), reverse(f"{name}_history", args=[row.pk])] if row else []
        )
        for address in addresses:
            found = policy(client.get(address))
            if found != POLICY:
                relaxed.setdefault(model._meta.label_lower, []).append((address.rsplit("/", 2)[1], found))
    assert set(relaxed) == RICH_TEXT
    for pages in relaxed.values():
        assert [page for page, _ in pages] == ["add", "change"]
        for _, found in pages:
            assert found - POLICY == {"style-src 'self' 'unsafe-inline'", "script-src-attr 'unsafe-inline'"}
            assert POLICY - found == {"style-src 'self'"}


def test_the_admin_has_no_door_of_its_own(client, db):
    response = client.get("/admin/login/?next=/admin/")
    assert response.status_code == 302
    assert response.url.startswith("/en/account/login/")


def test_address_that_only_takes_forms_says_so(client_for, focal_point):
    answer = client_for(focal_point).get("/es/community/unread/read/")
    page = answer.content.decode()
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert page.count("<h1>") == 1 and 'href="/es/desk/"' in page and "</html>" in page
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "<h1>" not in client_for(focal_point).delete("/es/community/unread/read/").content.decode()
