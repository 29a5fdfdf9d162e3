"""Second factors: of whom one is demanded, how one is added, used and lost, and how secrets are kept."""

import base64
import json
import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.fernet import Fernet
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.urls import get_resolver, reverse

from members import mfa
from members.adapter import SecondFactorAdapter
from members.management.commands.access_table import addresses
from members.middleware import ENROLMENT
from members.models import AuditEntry, User
from tests.factories import PASSWORD, make_document, make_user
from tests.second_factor import SECRET, START, code_of, give_app, log_in

pytestmark = pytest.mark.django_db
SECURITY, CONFIRM, CODES = "/en/account/security/", "/en/account/security/confirm/", "/en/account/security/codes/"
ADD_APP, REMOVE_APP = "/en/account/security/app/add/", "/en/account/security/app/remove/"
ADD_PASSKEY, PASSKEY_LOGIN = "/en/account/security/passkeys/add/", "/en/account/security/passkeys/login/"
CAST = ["partner", "expert", "alternate", "focal_point", "secretariat", "administrator"]


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


def is_logged_in(client):
    return SESSION_KEY in client.session


# Of whom it is demanded


@pytest.mark.parametrize(
    ("always", "of_focal_points", "expected"),
    [
        (True, True, {"alternate", "focal_point", "secretariat", "administrator"}),
        (True, False, {"secretariat", "administrator"}),
        (False, True, set()),
    ],
)
def test_second_factor_is_demanded_by_role(always, of_focal_points, expected, settings, request):
    settings.REQUIRE_MFA, settings.REQUIRE_MFA_OF_FOCAL_POINTS = always, of_focal_points
    assert {name for name in CAST if mfa.is_demanded(request.getfixturevalue(name))} == expected


def plain_addresses():
    """(name, path) of every address without arguments, those of the admin's first page included."""
    for name, address, _ in addresses(get_resolver()):
        if not re.search(r"[<(^]", address) and (not name.startswith("admin:") or name == "admin:index"):
            yield name, f"/{address}"


def test_who_owes_a_second_factor_sees_no_page_but_the_one_to_add_it(demanding, client_for, secretariat):
    client = client_for(secretariat)
    answers = {name: client.get(path) for name, path in plain_addresses() if name not in ENROLMENT}
    assert {name: (answer.status_code, answer.get("Location")) for name, answer in answers.items()} == dict.fromkeys(
        answers, (302, SECURITY)
    )
    assert len(answers) > 40


def test_who_owes_a_second_factor_fetches_nothing_and_changes_nothing(demanding, client_for, focal_point):
    document = make_document()
    client = client_for(focal_point)
    assert client.get(document.get_absolute_url())["Location"] == SECURITY
    answer = client.post("/en/account/preferences/", {"language": "es", "time_zone": "UTC"})
    assert answer["Location"] == SECURITY
    assert User.objects.get(pk=focal_point.pk).preferred_language == "en"


def test_page_to_add_it_says_why_and_the_way_out_works(demanding, client_for, focal_point):
    client = client_for(focal_point)
    page = client.get(SECURITY)
    assert page.status_code == 200
    assert "Your account needs a second factor" in page.content.decode()
    client.post("/en/account/logout/")
    assert is_logged_in(client) is False


def test_who_has_one_or_owes_none_is_not_led_away(demanding, client_for, focal_point, partner):
    give_app(focal_point)
    for user in (focal_point, partner):
        assert client_for(user).get("/en/account/").status_code == 200
    assert "Your account needs" not in client_for(partner).get(SECURITY).content.decode()


def test_mandate_that_begins_demands_one_on_the_very_next_request(demanding, client_for, expert, brazil):
    client = client_for(expert)
    assert client.get("/en/account/").status_code == 200
    mandate = expert.mandates.create(state=brazil, role="alternate", since="2020-01-01")
    assert client.get("/en/account/").get("Location") == SECURITY
    mandate.until = "2020-01-02"
    mandate.save()
    assert client.get("/en/account/").status_code == 200


def test_visitors_pay_nothing_for_it(demanding, client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get("/en/account/login/")


# Adding an app


def add_app(client):
    """Add an app as its owner does; returns the answer to the code."""
    client.get(ADD_APP)
    return client.post(ADD_APP, {"code": code_of(client.session["mfa.totp.secret"])})


def test_first_app_right_after_the_login_asks_no_password_again(demanding, client, focal_point):
    assert log_in(client, focal_point)["Location"] == START
    assert client.get("/en/")["Location"] == SECURITY
    page = client.get(ADD_APP).content.decode()
    assert 'src="data:image/svg+xml;base64,' in page
    assert client.session["mfa.totp.secret"] in page.replace(" ", "")
    assert add_app(client)["Location"] == CODES
    assert client.get("/en/account/").status_code == 200
    assert len(mfa.factors_of(focal_point)) == 1


def test_app_that_is_posted_twice_is_added_once(client, partner):
    log_in(client, partner)
    client.get(ADD_APP)
    form = {"code": code_of(client.session["mfa.totp.secret"])}
    assert [client.post(ADD_APP, form)["Location"] for _ in range(2)] == [CODES, CODES]
    client.post(CODES)
    assert client.get(ADD_APP)["Location"] == SECURITY
    assert len(mfa.factors_of(partner)) == 1


def test_later_it_asks_the_password_first(client_for, partner):
    client = client_for(partner)  # a session without a fresh log-in
    for page in (ADD_APP, ADD_PASSKEY):
        answer = client.get(page)
        assert answer["Location"].startswith("/en/account/reauthenticate/?next=")
        assert client.post(page, {"code": "1"})["Location"].startswith("/en/account/reauthenticate/")
    client.post(f"/en/account/reauthenticate/?next={ADD_APP}", {"password": PASSWORD})
    assert client.get(ADD_APP).status_code == 200


@pytest.mark.parametrize("code", ["", "000000", "x" * 100_000, "12\x0034", "１２３４５６", "[[[["])
def test_wrong_code_adds_nothing_and_says_so(code, client, partner):
    log_in(client, partner)
    client.get(ADD_APP)
    secret = client.session["mfa.totp.secret"]
    answer = client.post(ADD_APP, {"code": code})
    assert (answer.status_code, bool(answer.context["form"].errors["code"])) == (200, True)
    assert 'aria-invalid="true"' in answer.content.decode()
    assert client.session["mfa.totp.secret"] == secret, "the picture that was scanned stays right"
    assert Authenticator.objects.count() == 0


def test_recovery_codes_are_shown_until_they_are_kept_and_never_after(client, partner):
    log_in(client, partner)
    add_app(client)
    shown = re.findall(r"<code>(\d{8})</code>", client.get(CODES).content.decode())
    file = client.post(CODES, {"download": "1"})
    assert (len(set(shown)), file.content.decode().split()) == (10, shown)
    assert file["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert file["Cache-Control"] == "private, no-store"
    assert "Your recovery codes wait to be kept." in client.get("/en/account/").content.decode()
    assert client.post(CODES)["Location"] == "/en/account/"
    page = client.get(CODES).content.decode()
    assert [code for code in shown if code in page] == []
    assert "You have 10 codes left." in page
    assert client.post(CODES, {"download": "1"})["Content-Type"] == "text/html; charset=utf-8"


def test_recovery_codes_ask_who_it_is_in_a_session_without_a_fresh_login(client_for, partner):
    give_app(partner, codes=True)
    Authenticator.objects.get(type="recovery_codes").delete()
    mfa.Authenticator.objects.create(
        user=partner, type="recovery_codes", data={"seed": mfa.encrypt("ab" * 40), "used_mask": 0}
    )
    assert client_for(partner).get(CODES)["Location"].startswith("/en/account/reauthenticate/")


def test_new_recovery_codes_take_the_place_of_the_old_ones(client, partner):
    give_app(partner, codes=True)
    log_in(client, partner, code=code_of())
    old = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    assert client.post(f"{CODES}new/")["Location"] == CODES
    new = re.findall(r"<code>(\d{8})</code>", client.get(CODES).content.decode())
    assert (len(new), set(old) & set(new)) == (10, set())


@pytest.mark.django_db(transaction=True)
def test_first_factor_ends_the_sessions_that_the_password_alone_opened(client, partner):
    other = type(client)()
    for one in (client, other):
        log_in(one, partner)
    add_app(client)
    assert [one.get("/en/account/").status_code for one in (client, other)] == [200, 302]


# Logging in with it


def test_password_alone_opens_nothing_where_there_is_a_second_factor(client, focal_point):
    give_app(focal_point)
    assert log_in(client, focal_point)["Location"] == CONFIRM
    assert is_logged_in(client) is False
    assert client.get("/en/account/")["Location"].startswith("/en/account/login/")
    assert client.post(CONFIRM, {"code": code_of()})["Location"] == START
    assert is_logged_in(client) is True


def test_admin_does_not_open_before_the_second_factor(client, administrator):
    give_app(administrator)
    log_in(client, administrator)
    login = client.get(client.get("/admin/")["Location"])
    assert login["Location"].startswith("/en/account/login/?next=")
    assert client.get(login["Location"])["Location"] == CONFIRM
    form = {"username": administrator.email, "password": PASSWORD}
    assert client.post("/admin/login/?next=/admin/", form)["Location"].startswith("/en/account/login/")
    assert is_logged_in(client) is False
    client.post(CONFIRM, {"code": code_of()})
    assert client.get("/admin/").status_code == 200


def test_page_that_was_asked_for_opens_after_the_second_factor(client, partner):
    give_app(partner)
    address = client.get("/en/account/preferences/")["Location"]
    client.post(address, {"login": partner.email, "password": PASSWORD})
    assert client.post(CONFIRM, {"code": code_of()})["Location"] == "/en/account/preferences/"


def test_cancelling_the_second_factor_begins_anew(client, partner):
    give_app(partner)
    log_in(client, partner)
    client.post("/en/account/logout/", {"next": "/en/account/login/"})
    assert client.get(CONFIRM)["Location"] == "/en/account/login/"


@pytest.mark.parametrize(("periods", "opens"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clock_of_the_phone_may_be_half_a_minute_wrong(periods, opens, client, partner, monkeypatch):
    give_app(partner)
    monkeypatch.setattr("time.time", lambda: 1_800_000_015.0)  # the middle of a period
    log_in(client, partner, code=code_of(periods=periods))
    assert is_logged_in(client) is opens


def test_code_works_once_for_as_long_as_it_would_be_right(client, partner):
    app = give_app(partner)
    code = code_of()
    log_in(client, partner, code=code)
    cache.delete(TOTP(app)._get_used_cache_key(code))  # allauth forgets it after half a minute
    again = type(client)()
    answer = log_in(again, partner, code=f" {code[:3]} {code[3:]}")
    assert (is_logged_in(again), answer.context["form"].errors["code"][0][:18]) == (False, "This code is not r")


def test_code_that_added_the_app_does_not_log_in(client, partner):
    log_in(client, partner)
    client.get(ADD_APP)
    code = code_of(client.session["mfa.totp.secret"])
    client.post(ADD_APP, {"code": code})
    other = type(client)()
    log_in(other, partner, code=code)
    assert is_logged_in(other) is False


def test_recovery_code_works_once(client, partner):
    give_app(partner, codes=True)
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    log_in(client, partner, code=code)
    assert is_logged_in(client) is True
    assert mfa.security_of(partner)["codes_left"] == 9
    again = type(client)()
    log_in(again, partner, code=code)
    assert is_logged_in(again) is False


def test_wrong_codes_lock_the_account_from_every_address(client, partner):
    give_app(partner)
    log_in(client, partner)
    for n in range(5):
        client.post(CONFIRM, {"code": "000000"}, REMOTE_ADDR=f"10.0.0.{n}")
    locked = client.post(CONFIRM, {"code": code_of()}, REMOTE_ADDR="10.0.0.99")
    assert (is_logged_in(client), locked.status_code) == (False, 200)
    assert "Too many failed login attempts. Try again later." in locked.content.decode()


def test_wrong_codes_lock_the_address_for_every_account(client):
    for _ in range(2):
        user = make_user()
        give_app(user)
        log_in(client, user)
        for _ in range(5):
            client.post(CONFIRM, {"code": "000000"})
        client.post("/en/account/logout/")
    other = make_user()
    give_app(other)
    log_in(client, other, REMOTE_ADDR="10.0.0.1")
    client.post(CONFIRM, {"code": code_of()})
    assert is_logged_in(client) is False


def test_page_of_the_second_factor_needs_the_password_first(client):
    assert client.get(CONFIRM)["Location"] == "/en/account/login/"


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
