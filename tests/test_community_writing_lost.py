"""What was written is given back where nobody is logged in any more, or where the form is of an earlier log-in."""

import uuid

import pytest
from django.test import Client

from conftest import BACKEND
from tests.factories import make_thread

pytestmark = pytest.mark.django_db
WRITTEN = "PRECIOUS </textarea><b>"


def reply_to(client, **headers):
    url = f"/en/community/threads/{make_thread().slug}/reply/"
    data = {"title": "A title", "text": WRITTEN, "token": str(uuid.uuid4()), "do": "send"}
    return client.post(url, data, **headers)


@pytest.fixture
def of_earlier_login(expert):
    """A client whose forms hold the token of a log-in that is over."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(expert, backend=BACKEND)
    return client


def test_form_of_an_earlier_login_gives_the_text_back(of_earlier_login):
    response = reply_to(of_earlier_login)
    page = response.content.decode()
    assert (response.status_code, "PRECIOUS &lt;/textarea&gt;&lt;b&gt;" in page) == (403, True)
    assert 'value="A title"' in page and "copy it from here" in page


def test_what_another_site_posted_is_not_shown(of_earlier_login):
    response = reply_to(of_earlier_login, headers={"Sec-Fetch-Site": "cross-site"})
    assert (response.status_code, b"PRECIOUS" in response.content) == (403, False)


def test_who_was_logged_out_gets_the_text_back_and_a_link_to_the_login(client):
    response = reply_to(client)
    page = response.content.decode()
    assert (response.status_code, "PRECIOUS &lt;/textarea&gt;&lt;b&gt;" in page) == (403, True)
    assert 'href="/en/account/login/?next=%2Fen%2Fcommunity%2Fthreads%2F' in page


def test_text_without_end_is_given_back_in_part(client):
    response = client.post("/en/community/preview/", {"text": "a" * 150_000})
    assert (response.status_code, response.content.count(b"aaaaaaaaaa")) == (403, 10_000)


def test_who_was_logged_out_and_wrote_nothing_is_led_to_the_login(client):
    response = client.post("/en/community/preview/", {"text": ""})
    assert response.status_code == 302
