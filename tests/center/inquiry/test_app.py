"""What the site answers when it cannot read: each with its sentence, and nothing stays behind."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.requests import Request

from center.inquiry import app as app_module
from center.inquiry.app import Site, forwarded, inquiry_app, peer
from center.inquiry.pool import FAILED, TOO_LONG, Answer, Busy, Pool
from center.inquiry.rates import Allowance, Rates
from center.inquiry.sentences import words

SAID = words("en")


class Ends(Pool):
    """A pool without processes: every upload ends in one way."""

    def __init__(self, end: str | Exception) -> None:
        self._end = end

    async def read(self, upload: bytes) -> Answer:
        if isinstance(self._end, Exception):
            raise self._end
        return Answer(self._end)


def client(end: str | Exception) -> httpx.AsyncClient:
    site = Site(Ends(end), Rates(Allowance(burst=100)), lambda: 0.0, peer)
    transport = httpx.ASGITransport(inquiry_app(site))
    return httpx.AsyncClient(transport=transport, base_url="http://site.example")


@pytest.mark.parametrize(
    ("end", "status", "key"),
    [
        (Busy(), 503, "refused_busy"),
        (TOO_LONG, 200, "refused_too_long"),
        (FAILED, 200, "refused_failed"),
        ("too_large", 200, "verdict_too_large"),
    ],
    ids=["queue full", "time limit", "died", "memory limit"],
)
def test_every_end_has_its_sentence(end: str | Exception, status: int, key: str) -> None:
    async def ask() -> httpx.Response:
        async with client(end) as browser:
            return await browser.post("/en/read", content=b"upload")

    answer = asyncio.run(ask())
    assert answer.status_code == status
    assert SAID[key] in answer.text
    assert 'role="alert"' in answer.text


async def _never() -> AsyncIterator[bytes]:
    yield b"a first part, and then nothing"
    await asyncio.Event().wait()


def test_an_upload_that_does_not_come_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_module, "RECEIVE_S", 0.05)

    async def ask() -> httpx.Response:
        async with client("end") as browser:
            return await browser.post("/en/read", content=_never())

    answer = asyncio.run(ask())
    assert answer.status_code == 408
    assert SAID["refused_slow"] in answer.text


def test_too_many_on_their_way_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """One is all there may be; while it is here the next is refused, and later one is not."""
    monkeypatch.setattr(app_module, "HELD_MAX", 1)
    came = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b"first"
        came.set()
        await asyncio.Event().wait()

    async def ask() -> tuple[httpx.Response, httpx.Response]:
        async with client(FAILED) as browser:
            first = asyncio.create_task(browser.post("/en/read", content=slowly()))
            await came.wait()
            refused = await browser.post("/en/read", content=b"second")
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
            return refused, await browser.post("/en/read", content=b"third")

    refused, later = asyncio.run(ask())
    assert (refused.status_code, later.status_code) == (503, 200)
    assert SAID["refused_busy"] in refused.text


def test_what_nobody_thought_of_has_a_sentence_and_leaves_no_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def ask() -> httpx.Response:
        async with client(KeyError("CANARY of an upload")) as browser:
            return await browser.post("/en/read", content=b"upload")

    answer = asyncio.run(ask())
    assert answer.status_code == 500
    assert SAID["refused_failed"] in answer.text
    assert "KeyError" in caplog.text
    assert "CANARY" not in caplog.text


@pytest.mark.parametrize("told", ["cross-site", "same-site"])
def test_another_site_s_page_reads_nothing(told: str) -> None:
    async def ask(who: str) -> httpx.Response:
        async with client("no_picture") as browser:
            headers = {"Sec-Fetch-Site": who}
            return await browser.post("/en/read", content=b"upload", headers=headers)

    refused = asyncio.run(ask(told))
    assert refused.status_code == 403
    assert SAID["refused_elsewhere"] in refused.text
    assert asyncio.run(ask("same-origin")).status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "to"),
    [("/", 303, "/en/"), ("/ja", 303, "/ja/"), ("/fr/", 404, ""), ("/fr", 404, ""),
     ("/en/read", 405, ""), ("/en/read/", 404, ""), ("//evil.example/ja", 404, "")],
)  # fmt: skip
def test_no_address_leads_elsewhere_and_every_one_has_a_page(
    path: str, status: int, to: str
) -> None:
    async def ask() -> httpx.Response:
        async with client("end") as browser:
            headers = {"Host": "evil.example", "Accept-Language": "en"}
            return await browser.get(f"http://site.example{path}", headers=headers)

    answer = asyncio.run(ask())
    assert answer.status_code == status
    assert answer.headers.get("Location", "") == to
    assert "evil.example" not in str(answer.headers)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    if not to:
        assert SAID["lost"] in answer.text


@pytest.mark.parametrize(
    ("headers", "sender"),
    [
        ([], "10.9.8.7"),
        ([("X-Forwarded-For", "203.0.113.5")], "203.0.113.5"),
        ([("X-Forwarded-For", "forged, 203.0.113.5")], "203.0.113.5"),
        ([("X-Forwarded-For", "forged"), ("X-Forwarded-For", "203.0.113.5")], "203.0.113.5"),
        ([("X-Forwarded-For", "")], "10.9.8.7"),
    ],
)
def test_behind_a_proxy_its_own_word_counts(headers: list[tuple[str, str]], sender: str) -> None:
    raw = [(name.lower().encode(), value.encode()) for name, value in headers]
    request = Request({"type": "http", "headers": raw, "client": ("10.9.8.7", 1)})
    assert forwarded(request) == sender
    assert peer(request) == "10.9.8.7"
