"""The application's shell: what escapes a handler never reaches an answer or a log."""

import asyncio
import logging

import httpx
import pytest

from center.http.app import Endpoint, Handler, make_app
from center.http.refusals import status_of
from center.wire.canonical import decode
from center.wire.messages import OpenVisit, Refusal

SECRET = "山田　花子"


def fails(_peer: bytes, received: bytes) -> bytes:
    raise ValueError(received.decode())


def ask(body: bytes, handler: Handler = fails) -> httpx.Response:
    app = make_app("test", (Endpoint("/x", OpenVisit, None, "Test.", handler),))
    transport = httpx.ASGITransport(app)

    async def run() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
            return await client.post("/x", content=body)

    return asyncio.run(run())


def test_an_unexpected_error_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = ask(SECRET.encode())
    assert answer.status_code == 500
    assert decode(Refusal, answer.content) == Refusal(failure="centre.failed")
    ours = [one.getMessage() for one in caplog.records if one.name == "center.http"]
    assert len(ours) == 1
    assert "ValueError" in ours[0]
    assert "test_app.py" in ours[0]
    assert SECRET not in caplog.text


def test_no_peer_is_passed_on_without_tls() -> None:
    seen = []

    def handler(peer: bytes, received: bytes) -> bytes:
        seen.append((peer, received))
        return b""

    assert ask(b"body", handler).status_code == 204
    assert seen == [(b"", b"body")]


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        ("wire.too_large", 413),
        ("wire.unknown_field", 400),
        ("terminal.not_admitted", 403),
        ("visit.used", 409),
        ("certificate.revoked", 403),
        ("jpki.unavailable", 503),
        ("suspended", 503),
        ("marks.read_back", 500),
        ("never.heard_of", 500),
    ],
)
def test_status_by_family(failure: str, status: int) -> None:
    assert status_of(failure) == status
