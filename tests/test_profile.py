"""One's own entry in the directory: what is kept of the form, what photos become, what the log says of it."""

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from members.models import AuditEntry, User
from tests.factories import make_mandate, make_user
from tests.files import picture, png_of_declared_size
from tests.reading import words

PROFILE = "/en/account/profile/"
SAID = {
    "name": "Rosa Holder",
    "office": "Ministry of Security",
    "phone": "+51 1 555-0199 ext. 12",
    "reach": "Weekdays, 9 to 17.",
    "languages": ["es", "qu"],
    "name_shown_to": "members",
    "photo_shown_to": "counterparts",
    "contact_shown_to": "secretariat",
}


@pytest.fixture
def person(brazil):
    return make_mandate(person=make_user(email="rosa@example.org", name="Rosa", state=brazil)).person


@pytest.fixture
def client(client_for, person):
    return client_for(person)


def fetched(person):
    return User.objects.get(pk=person.pk)


def kept_photos(settings):
    return sorted(path for path in Path(settings.DOCUMENT_ROOT, "photos").glob("*") if path.is_file())


@pytest.fixture
def photos(settings):
    """A function that lists the photos which were kept since the test began."""
    before = set(kept_photos(settings))
    return lambda: [path for path in kept_photos(settings) if path not in before]


def send(client, photo=None, **changes):
    form = SAID | changes
    if photo is not None:
        form["photo"] = photo if isinstance(photo, SimpleUploadedFile) else SimpleUploadedFile("me.jpg", photo)
    return client.post(PROFILE, form)


def jpeg(size=(900, 600), colour="navy", kind="JPEG", **more):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **more)
    return out.getvalue()


def reasons(response, name="photo"):
    return " ".join(response.context["form"].errors.get(name, []))


# The form


def test_profile_keeps_what_its_form_offers(client, person):
    response = send(client)
    assert (response.status_code, response["Location"]) == (302, PROFILE)
    kept = fetched(person)
    fields = [name for name in SAID if name != "languages"]
    assert {name: getattr(kept, name) for name in fields} == {name: SAID[name] for name in fields}
    assert kept.spoken_languages == "es;qu"
    assert "Your profile is saved." in client.get(PROFILE).content.decode()


def test_profile_keeps_nothing_that_its_form_does_not_offer(client, person, mexico):
    rights = {"email": "taken@example.org", "is_staff": "on", "is_superuser": "on", "state": mexico.pk, "is_active": ""}
    before = fetched(person)
    assert send(client, **rights).status_code == 302
    kept = fetched(person)
    for name in ("email", "is_staff", "is_superuser", "state_id", "is_active", "password"):
        assert (name, getattr(kept, name)) == (name, getattr(before, name))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", ""),
        ("name", "x" * 151),
        ("name", "<b>Rosa</b>"),
        ("name", "Ro\x00sa"),
        ("office", "x" * 201),
        ("office", "<script>"),
        ("phone", "call me"),
        ("phone", "1" * 41),
        ("phone", "+" + "1" * 60),
        ("phone", "javascript:alert(1)"),
        ("reach", "x" * 501),
        ("reach", "<img src=x>"),
        ("languages", ["es", "xx"]),
        ("name_shown_to", "secretariat"),
        ("name_shown_to", "everybody"),
        ("photo_shown_to", ""),
        ("contact_shown_to", "public"),
    ],
)
def test_input_beyond_its_bounds_is_refused_and_given_back(name, value, client, person):
    response = send(client, **{name: value})
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [name]
    page = response.content.decode()
    assert "There is a problem" in page
    assert name == "office" or "Ministry of Security" in page
    assert fetched(person).office == ""


def test_refused_name_does_not_reach_the_frame_of_the_page(client):
    page = send(client, name="<b>Zx</b>").content.decode()
    assert "Zx" not in page.partition("<main")[0]


def test_visitor_is_led_to_the_login(client_for, visitor, db):
    for method in ("get", "post"):
        response = getattr(client_for(visitor), method)(PROFILE)
        assert (response.status_code, response["Location"]) == (
            302,
            "/en/account/login/?next=%2Fen%2Faccount%2Fprofile%2F",
        )


def test_log_and_history_tell_that_something_changed_but_not_what(client, person):
    person.history.all().delete()
    send(client, name="Rosa")
    assert person.history.count() == 0
    entry = AuditEntry.objects.get(kind="account", person=person)
    assert entry.detail == "profile: office, spoken_languages, phone, reach, name_shown_to, contact_shown_to"
    send(client)
    assert [row.name for row in person.history.all()] == ["Rosa Holder"]
    assert person.history.get().history_user == person


def test_profile_sent_twice_is_saved_once(client, person):
    send(client)
    send(client)
    assert AuditEntry.objects.filter(kind="account", person=person).count() == 1


def preview(client):
    """{who: what he sees, in words} of the boxes beside the form."""
    aside = client.get(PROFILE).content.decode().partition("<aside")[2].partition("</aside>")[0]
    boxes = [words(box) for box in aside.split('<div class="box">')[1:]]
    names = ["The public", "Any member", "Focal Points and alternates", "The secretariat"]
    return {name: box.removeprefix(name).strip() for name, box in zip(names, boxes, strict=True)}


def test_preview_shows_what_each_sees(client):
    send(client, name_shown_to="counterparts", contact_shown_to="secretariat")
    seen = preview(client)
    assert seen["The public"] == "Only that your State's seat is filled."
    assert seen["Any member"] == "No more than the public."
    assert "Rosa Holder" in seen["Focal Points and alternates"]
    assert "555-0199" not in seen["Focal Points and alternates"]
    assert "555-0199" in seen["The secretariat"] and "rosa@example.org" in seen["The secretariat"]
    send(client, name_shown_to="members", contact_shown_to="members")
    assert "Rosa Holder" in preview(client)["Any member"] and "555-0199" in preview(client)["Any member"]


def test_person_without_a_mandate_is_told_that_the_directory_leaves_him_out(client_for, expert, person):
    said = "You hold no mandate today"
    assert [said in client_for(user).get(PROFILE).content.decode() for user in (expert, person)] == [True, False]


@pytest.mark.parametrize("choices", [1, 3])
def test_profile_needs_the_same_queries_whatever_is_in_it(choices, client, person, django_assert_num_queries):
    User.objects.filter(pk=person.pk).update(spoken_languages=";".join(["es", "qu", "ay"][:choices]))
    with django_assert_num_queries(4):
        client.get(PROFILE)


# The photo


@pytest.mark.parametrize(
    ("name", "content"),
    [("me.jpg", jpeg()), ("me.JPEG", jpeg((300, 900))), ("me.png", jpeg(kind="PNG")), ("me.png", picture("PNG"))],
    ids=["wide", "high", "png", "small"],
)
def test_photo_becomes_a_small_square_jpeg(name, content, client, person, photos):
    assert send(client, photo=SimpleUploadedFile(name, content)).status_code == 302
    [path] = photos()
    with Image.open(path) as kept:
        side = min(400, *Image.open(io.BytesIO(content)).size)
        assert (kept.format, kept.size, kept.mode) == ("JPEG", (side, side), "RGB")
    assert path.name == fetched(person).photo.name.removeprefix("photos/")
    assert path.stat().st_mode & 0o777 == 0o600


def test_photo_keeps_nothing_that_the_camera_wrote(client, photos):
    content = picture("JPEG")
    assert b"taken by somebody" in content
    send(client, photo=content)
    [path] = photos()
    with Image.open(path) as kept:
        assert dict(kept.getexif()) == {}
        assert set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"somebody" not in path.read_bytes()


def test_photo_is_turned_upright(client, photos):
    sideways = Image.new("RGB", (200, 200), "white")
    sideways.paste("black", (0, 0, 100, 200))  # black on the left, which is above when it is turned
    exif, out = Image.Exif(), io.BytesIO()
    exif[0x0112] = 6
    sideways.save(out, "JPEG", exif=exif)
    send(client, photo=out.getvalue())
    [path] = photos()
    with Image.open(path) as kept:
        assert kept.getpixel((100, 20))[0] < 60 and kept.getpixel((100, 180))[0] > 200


def test_see_through_photo_gets_a_white_ground(client, photos):
    out = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(out, "PNG")
    send(client, photo=SimpleUploadedFile("me.png", out.getvalue()))
    [path] = photos()
    with Image.open(path) as kept:
        assert kept.getpixel((25, 25)) == (255, 255, 255)


SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
DAMAGED = "it is damaged or not what its name says"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("me.svg", SVG, "A photo is a JPEG or PNG file."),
        ("me.html", b"<html>", "A photo is a JPEG or PNG file."),
        ("me.gif", b"GIF89a", "A photo is a JPEG or PNG file."),
        ("me", jpeg(), "A photo is a JPEG or PNG file."),
        ("me.jpg.exe", jpeg(), "A photo is a JPEG or PNG file."),
        ("me.jpg", SVG, DAMAGED),
        ("me.jpg", b"<html><script>alert(1)</script></html>", DAMAGED),
        ("me.jpg", b"\xff\xd8\xff\xe0<html><script>alert(1)</script>", DAMAGED),
        ("me.jpg", jpeg()[:400], DAMAGED),
        ("me.jpg", jpeg(kind="PNG"), DAMAGED),
        ("me.png", jpeg(), DAMAGED),
        ("me.png", png_of_declared_size(50_000, 50_000), "unpacks to far more"),
        ("me.jpg", b"", "empty"),
        ("x" * 151 + ".jpg", jpeg(), "longer than 150 characters"),
    ],
)
def test_what_is_no_photo_is_refused_with_the_reason(name, content, reason, client, person, photos):
    response = send(client, photo=SimpleUploadedFile(name, content, content_type="image/jpeg"))
    assert response.status_code == 200
    assert reason in reasons(response)
    assert (photos(), fetched(person).photo.name, fetched(person).office) == ([], "", "")
    assert "Ministry of Security" in response.content.decode()


def test_photo_larger_than_the_limit_is_refused(client, photos):
    response = send(client, photo=jpeg() + b"\0" * 10 * 1024**2)
    assert (reasons(response), photos()) == ("The file is larger than 10 MB.", [])


def test_html_behind_a_photo_is_gone(client, photos):
    send(client, photo=jpeg() + b"<script>alert(1)</script>")
    [path] = photos()
    assert b"script" not in path.read_bytes()


def test_new_photo_replaces_the_old_one(client, person, photos, django_capture_on_commit_callbacks):
    send(client, photo=jpeg())
    [first] = photos()
    with django_capture_on_commit_callbacks(execute=True):
        send(client, photo=jpeg(colour="red"))
    [second] = photos()
    assert second != first
    assert client.get(f"/en/account/photos/{first.name}").status_code == 404
    assert client.get(f"/en/account/photos/{second.name}").status_code == 200


def test_photo_that_is_removed_is_deleted(client, person, photos, django_capture_on_commit_callbacks):
    assert "remove_photo" not in client.get(PROFILE).content.decode()
    send(client, photo=jpeg())
    with django_capture_on_commit_callbacks(execute=True):
        assert send(client, remove_photo="on").status_code == 302
    assert (photos(), fetched(person).photo.name) == ([], "")
    assert "<img" not in client.get(PROFILE).content.decode()


def test_photo_stays_when_the_form_sends_none(client, person, photos):
    send(client, photo=jpeg())
    send(client, office="Another office")
    assert len(photos()) == 1 and fetched(person).photo.name


def test_photo_is_not_removed_and_replaced_at_a_time(client, photos):
    send(client, photo=jpeg())
    response = send(client, photo=jpeg(), remove_photo="on")
    assert reasons(response, "remove_photo") == "Either remove the photo or send another one."
    assert len(photos()) == 1


def test_photo_has_an_alternative_text(client, photos):
    send(client, photo=jpeg())
    assert 'alt="Photo of Rosa Holder"' in client.get(PROFILE).content.decode()
