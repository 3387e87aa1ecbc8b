"""Too much, too often, too deep: refused in one sentence, and nothing of it is worked on."""

from collections.abc import Iterator
from io import BytesIO

import pytest
from werkzeug.test import TestResponse

from backoffice.staff.models import Staff
from blueprints.support.limits import MOST_FIELDS, SMALL_BODY, limiter
from tests.pages import PageClient

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def limits() -> Iterator[None]:
    """Rates are counted, as they are for real."""
    limiter.enabled = True
    limiter.reset()
    yield
    limiter.reset()
    limiter.enabled = False


def send(client: PageClient, body: bytes, content_type: str = FORM) -> TestResponse:
    """A raw body for the sign-in page, with a good CSRF token in its header."""
    client.get("/sign-in?lang=en")
    headers = {"X-CSRFToken": client.csrf}
    return client.post("/sign-in?lang=en", data=body, content_type=content_type, headers=headers)


def test_a_body_of_sixty_megabytes_is_not_read(client: PageClient, desk: Staff) -> None:
    answer = send(client, b"email=" + b"x" * 60_000_000)
    assert answer.status_code == 413
    assert "too large" in answer.text


def test_the_limit_is_sixty_four_kilobytes(client: PageClient, desk: Staff) -> None:
    assert send(client, b"email=" + b"x" * (SMALL_BODY - 6)).status_code == 422
    assert send(client, b"email=" + b"x" * (SMALL_BODY - 5)).status_code == 413


def test_a_body_that_does_not_say_its_length_is_bounded_as_well(client: PageClient, desk: Staff) -> None:
    client.get("/sign-in")
    answer = client.post(
        "/sign-in",
        input_stream=BytesIO(b"email=" + b"x" * 10_000_000),
        content_type=FORM,
        environ_overrides={"wsgi.input_terminated": True},
        headers={"X-CSRFToken": client.csrf},
    )
    assert answer.status_code == 413


@pytest.mark.parametrize("fields", [70_000, MOST_FIELDS + 1])
def test_seventy_thousand_fields_are_not_read(client: PageClient, desk: Staff, fields: int) -> None:
    plain = b"&".join(b"f%d=" % number for number in range(fields))
    assert send(client, plain).status_code == 413
    parts = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="f%d"\r\n\r\n\r\n' % n for n in range(fields)
    )
    assert send(client, parts + b"--x--\r\n", "multipart/form-data; boundary=x").status_code == 413


@pytest.mark.parametrize(
    "content_type",
    ["multipart/form-data", "multipart/form-data; boundary=", "text/plain", "application/json", ""],
)
def test_bodies_of_another_kind_are_read_as_empty(client: PageClient, desk: Staff, content_type: str) -> None:
    assert send(client, b'{"a":' * 5000, content_type).status_code in {400, 413, 422}


def test_numbers_larger_than_the_database_holds_are_unknown_addresses(
    client: PageClient, desk: Staff
) -> None:
    assert client.get(f"/settings/team/{2**63}").status_code == 404


def test_too_many_tries_from_one_address_are_told_to_wait(
    client: PageClient, desk: Staff, limits: None
) -> None:
    client.get("/sign-in?lang=en")
    statuses = [
        client.post("/sign-in?lang=en", data={"email": f"a{n}@test.example", "password": ""}).status_code
        for n in range(31)
    ]
    assert statuses == [422] * 30 + [429]
    elsewhere = client.post(
        "/sign-in?lang=en", data={"email": "a@test.example"}, environ_overrides={"REMOTE_ADDR": "192.0.2.7"}
    )
    assert elsewhere.status_code == 422
