"""Second factors: made-up passkeys, taking one away, what one's account says of them, how secrets are kept."""

import base64
import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.fernet import Fernet
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.urls import reverse

from members import mfa
from members.adapter import SecondFactorAdapter
from members.models import AuditEntry
from tests.second_factor import SECRET, code_of, give_app, log_in
from tests.test_second_factor import is_logged_in

pytestmark = pytest.mark.django_db

SECURITY, CONFIRM = "/en/account/security/", "/en/account/security/confirm/"
REMOVE_APP = "/en/account/security/app/remove/"
ADD_PASSKEY, PASSKEY_LOGIN = "/en/account/security/passkeys/add/", "/en/account/security/passkeys/login/"


@pytest.fixture(autouse=True)
def no_attempts_before():
    """Rate limits and used codes are in the cache, which outlives a test."""
    cache.clear()


@pytest.fixture
def demanding(settings):
    """The portal as it is in production."""
    settings.REQUIRE_MFA = True
    return settings


def give_passkey(user, name="Phone"):
    credential = {"clientExtensionResults": {"credProps": {"rk": True}}}
    return WebAuthn.add(user, name, credential).instance


# Passkeys: what is not one. The browser tests use a real one.

GARBAGE = [
    "", "null", "5", "[" * 10_000, '"x"', "[]", "{}", "[" * 100_000, '{"id": "' + "x" * 30_000 + '"}', "{", "\x00",
    '{"response": 5}', '{"response": {"clientDataJSON": 5}}', '{"response": {"clientDataJSON": "!!!"}}',
]  # fmt: skip


def encoded(**said):
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


def made_up(origin="http://localhost:8000", handle="MQ"):
    """Everything in its place, and nothing true."""
    said = encoded(type="webauthn.get", challenge="AAAA", origin=origin)
    answer = {"clientDataJSON": said, "authenticatorData": "AAAA", "signature": "AAAA", "userHandle": handle}
    extra = {"attestationObject": "oA", "transports": []}
    parts = {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "clientExtensionResults": {}}
    return json.dumps(parts | {"response": answer | extra})


def shortened(value):
    return value[:20]


HANDLES = ["MQ", "AAAA", "!!", "emFoYWhhaGE", "enp6enp6enp6enp6enp6enp6enp6enp6enp6enp6eg", "", None, 5, [], {}]


@pytest.mark.parametrize("credential", [*GARBAGE, *(made_up(handle=handle) for handle in HANDLES)], ids=shortened)
def test_made_up_passkey_opens_nothing_and_is_no_error_of_the_portal(credential, client, partner):
    client.get(PASSKEY_LOGIN, headers={"accept": "application/json"})
    answer = client.post(PASSKEY_LOGIN, {"credential": credential})
    assert (answer.status_code, answer["Location"], is_logged_in(client)) == (302, "/en/account/login/", False)
    give_app(partner)
    log_in(client, partner)
    assert client.post(CONFIRM, {"credential": credential}).status_code == 200
    assert is_logged_in(client) is False


@pytest.mark.parametrize("credential", [*GARBAGE, made_up()], ids=shortened)
def test_made_up_passkey_is_not_added(credential, client, partner):
    log_in(client, partner)
    client.get(ADD_PASSKEY)
    answer = client.post(ADD_PASSKEY, {"credential": credential, "name": "x"})
    assert (answer.status_code, Authenticator.objects.count()) == (200, 0)
    assert "There is a problem" in answer.content.decode()


def test_login_by_passkey_tells_nobody_which_accounts_there_are(client, partner):
    """The question names no account; the answer for one that is there is that for one that is not."""
    asked = client.get(PASSKEY_LOGIN, headers={"accept": "application/json"}).json()["request_options"]["publicKey"]
    assert (asked["rpId"], asked.get("allowCredentials", [])) == ("localhost", [])
    there = base64.urlsafe_b64encode(str(partner.pk).encode()).decode()
    answers = []
    for handle in (there, "enp6"):
        client.get(PASSKEY_LOGIN, headers={"accept": "application/json"})
        client.post(PASSKEY_LOGIN, {"credential": made_up(handle=handle)})
        answers.append([str(message) for message in client.get("/en/account/login/").context["messages"]])
    assert answers == [["This passkey was not accepted. Try again, or use another way."]] * 2


@pytest.mark.parametrize(
    ("base_url", "origin", "host"),
    [
        ("https://kms.example.org", "https://kms.example.org", "kms.example.org"),
        ("https://KMS.example.org:443", "https://kms.example.org", "kms.example.org"),
        ("https://kms.example.org:8443", "https://kms.example.org:8443", "kms.example.org"),
        ("http://localhost:8123", "http://localhost:8123", "localhost"),
    ],
)
def test_passkeys_belong_to_the_portals_own_address(base_url, origin, host, settings):
    settings.BASE_URL = base_url
    assert (mfa.origin(), SecondFactorAdapter().get_public_key_credential_rp_entity()["id"]) == (origin, host)
    others = ["http://kms.example.org", "https://evil.kms.example.org", f"{origin}1", "https://localhost"]
    made = {where: mfa.is_from_here(json.loads(made_up(origin=where))) for where in [origin, *others]}
    assert made == {origin: True} | dict.fromkeys(others, False)


# Taking one away


def test_last_factor_of_somebody_who_owes_one_stays(demanding, client, focal_point):
    give_app(focal_point, codes=True)
    log_in(client, focal_point, code=code_of())
    for method in (client.get, client.post):
        assert method(REMOVE_APP)["Location"] == SECURITY
    assert "Your account must keep a second factor." in client.get(SECURITY).content.decode()
    assert Authenticator.objects.count() == 2


def test_last_passkey_of_somebody_who_owes_one_stays(demanding, client, focal_point):
    passkey = give_passkey(focal_point)
    client = type(client)()
    client.force_login(focal_point)
    assert client.post(f"/en/account/security/passkeys/{passkey.pk}/remove/")["Location"] == SECURITY
    assert Authenticator.objects.count() == 1


def test_one_of_two_factors_goes(demanding, client, focal_point):
    give_app(focal_point)
    passkey = give_passkey(focal_point)
    log_in(client, focal_point, code=code_of())
    address = f"/en/account/security/passkeys/{passkey.pk}/remove/"
    assert "“Phone”" in client.get(address).content.decode()
    assert client.post(address)["Location"] == SECURITY
    assert [row.type for row in mfa.factors_of(focal_point)] == ["totp"]


def test_who_owes_none_takes_the_last_one_away_and_the_codes_go_with_it(client, partner):
    give_app(partner, codes=True)
    log_in(client, partner, code=code_of())
    assert client.get(REMOVE_APP).status_code == 200
    assert client.post(REMOVE_APP)["Location"] == SECURITY
    assert Authenticator.objects.count() == 0


def test_nobody_takes_away_anothers_passkey(client, partner, expert):
    passkey = give_passkey(expert)
    log_in(client, partner)
    for key in (passkey.pk, 10**30):
        assert client.post(f"/en/account/security/passkeys/{key}/remove/").status_code == 404
    assert Authenticator.objects.count() == 1


def test_who_lost_everything_is_let_in_again_by_a_command(demanding, client, focal_point, mailoutbox, capsys):
    give_app(focal_point, codes=True)
    log_in(client, focal_point, code=code_of())
    call_command("forget_second_factors", "Focal_point@example.org")
    assert "1 second factors of focal_point@example.org" in capsys.readouterr().out
    assert Authenticator.objects.count() == 0
    assert client.get("/en/account/")["Location"].startswith("/en/account/login/"), "the session has ended"
    assert AuditEntry.objects.filter(kind="second_factor", subject_key=focal_point.pk, person=None).count() == 1
    assert [(mail.to, "taken away" in mail.body) for mail in mailoutbox] == [([focal_point.email], True)]
    log_in(client, focal_point)
    assert client.get("/en/account/")["Location"] == SECURITY
    with pytest.raises(CommandError, match="no account"):
        call_command("forget_second_factors", "nobody@example.org")


def take_away(client, account, **fields):
    form = {"action": "forget_factors", "_selected_action": [account.pk]} | fields
    return client.post(reverse("admin:members_user_changelist"), form)


def test_secretariat_lets_somebody_in_again_after_it_was_asked_once_more(client_for, secretariat, partner, mailoutbox):
    give_app(partner)
    client = client_for(secretariat)
    assert "Make sure first" in take_away(client, partner).content.decode()
    assert Authenticator.objects.count() == 1
    assert take_away(client, partner, confirmed="yes").status_code == 302
    assert (Authenticator.objects.count(), [mail.to for mail in mailoutbox]) == (0, [[partner.email]])
    assert AuditEntry.objects.get(kind="second_factor").person == secretariat


def test_secretariat_takes_none_from_an_administrator_nor_from_itself(client_for, secretariat, administrator):
    for user in (administrator, secretariat):
        give_app(user)
    client = client_for(secretariat)
    assert take_away(client, administrator, confirmed="yes").status_code == 403
    assert take_away(client, secretariat, confirmed="yes").status_code == 302
    assert Authenticator.objects.count() == 2


# What one's account says of it


def test_account_page_says_what_there_is(client_for, partner):
    assert "A stolen password would be enough" in client_for(partner).get("/en/account/").content.decode()
    give_app(partner, codes=True)
    give_passkey(partner, "My <phone>")
    page = client_for(partner).get("/en/account/").content.decode()
    assert ["My &lt;phone&gt;" in page, "10 codes left" in page, "A stolen" in page] == [True, True, False]


@pytest.mark.parametrize("passkeys", [1, 3])
@pytest.mark.parametrize("address", ["/en/account/", SECURITY])
def test_pages_about_it_cost_the_same_for_each_number_of_passkeys(
    passkeys, address, client_for, partner, django_assert_num_queries
):
    for n in range(passkeys):
        give_passkey(partner, f"Passkey {n}")
    client = client_for(partner)
    with django_assert_num_queries(5):
        assert client.get(address).content.decode().count("Passkey ") >= passkeys


# How secrets are kept

NEW, OLD = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def kept():
    return [row.data for row in Authenticator.objects.order_by("type")]


def test_secrets_are_encrypted_where_they_are_stored(partner):
    give_app(partner, codes=True)
    codes, app = kept()
    assert [SECRET in json.dumps(app), mfa.decrypt(app["secret"])] == [False, SECRET]
    assert len(mfa.decrypt(codes["seed"])) == 80


def test_old_keys_decrypt_the_first_one_encrypts(settings, partner, client):
    settings.MFA_KEYS = [OLD]
    give_app(partner, codes=True)
    settings.MFA_KEYS = [NEW, OLD]
    log_in(client, partner, code=code_of())
    assert is_logged_in(client) is True
    call_command("encrypt_second_factors")
    settings.MFA_KEYS = [NEW]
    assert mfa.decrypt(kept()[1]["secret"]) == SECRET
    assert len(mfa.decrypt(kept()[0]["seed"])) == 80


def test_lost_key_is_named_and_opens_nothing(settings, partner):
    settings.MFA_KEYS = [OLD]
    give_app(partner)
    settings.MFA_KEYS = [NEW]
    with pytest.raises(ImproperlyConfigured, match="KMS_MFA_KEYS lacks the key"):
        mfa.decrypt(kept()[0]["secret"])


def test_demos_key_follows_from_its_secret_key(settings):
    settings.MFA_KEYS = []
    said = mfa.encrypt("hush")
    assert mfa.decrypt(said) == "hush"
    settings.SECRET_KEY = "another one"
    with pytest.raises(ImproperlyConfigured):
        mfa.decrypt(said)
