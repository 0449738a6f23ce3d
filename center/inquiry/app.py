"""The inquiry site as an application: a page, its style and script, and one place to send files to.

An upload lives in memory until its answer was sent, and nowhere else: no file, no cache, no
log. What is logged is the kind of each answer.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib import resources

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from center.antiforgery.back import EMBLEM_PT, emblem_room
from center.antiforgery.emblem import emblem
from center.antiforgery.svg import both_views
from center.inquiry.pages import answer_page, refusal, site_page
from center.inquiry.pool import Busy, Pool
from center.inquiry.rates import Rates
from center.inquiry.sentences import LANGUAGES, preferred

UPLOAD_MAX = 40 * 1024 * 1024
RECEIVING_MAX = 12
"""Uploads that may be on their way in at once: with their size, the most memory they take."""
RECEIVE_S = 90.0

_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_STATIC = {"site.css": "text/css", "site.js": "text/javascript"}

log = logging.getLogger("center.inquiry")

Now = Callable[[], float]


@dataclass(frozen=True, slots=True)
class _Refused(Exception):
    """Why an upload is not read."""

    key: str
    status: int


class Site:
    """The site's state: its pool, its rates, how many answers of each kind there were."""

    def __init__(self, pool: Pool, rates: Rates, now: Now) -> None:
        self._pool = pool
        self._rates = rates
        self._now = now
        self._receiving = 0
        self.answers: Counter[str] = Counter()

    async def read(self, request: Request) -> Response:
        """One upload: a picture or a sentence, always."""
        language = request.path_params["language"]
        if language not in LANGUAGES:
            return _html("", 404)
        try:
            upload = await self._received(request)
            answer = await self._pool.read(upload)
        except _Refused as refused:
            return self._refuse(language, refused)
        except Busy:
            return self._refuse(language, _Refused("refused_busy", 503))
        except ClientDisconnect:
            return _html("", 400)
        kinds = [str(page.said["verdict"]) for page in answer.pages] or [answer.end]
        self.answers.update(kinds)
        log.info("answered: %s", " ".join(kinds))
        return _html(answer_page(language, answer))

    async def _received(self, request: Request) -> bytes:
        address = request.client.host if request.client else ""
        if not self._rates.admit(address, self._now()):
            raise _Refused("refused_rate", 429)
        if int(request.headers.get("Content-Length") or 0) > UPLOAD_MAX:
            raise _Refused("refused_size", 413)
        if self._receiving >= RECEIVING_MAX:
            raise _Refused("refused_busy", 503)
        self._receiving += 1
        try:
            async with asyncio.timeout(RECEIVE_S):
                return await _body(request)
        except TimeoutError:
            raise _Refused("refused_slow", 408) from None
        finally:
            self._receiving -= 1

    def _refuse(self, language: str, refused: _Refused) -> Response:
        self.answers[refused.key] += 1
        log.info("answered: %s", refused.key)
        return _html(refusal(language, refused.key), refused.status)


def inquiry_app(site: Site) -> Starlette:
    """The application."""

    async def home(request: Request) -> Response:
        language = preferred(request.headers.get("Accept-Language", ""))
        return RedirectResponse(f"/{language}/", 303, headers=dict(_HEADERS))

    async def page(request: Request) -> Response:
        language = request.path_params["language"]
        return _html(site_page(language)) if language in LANGUAGES else _html("", 404)

    return Starlette(
        routes=[
            Route("/", home),
            Route("/static/blossom.svg", _constant(_blossom(), "image/svg+xml")),
            *(
                Route(f"/static/{name}", _constant(_static(name), kind))
                for name, kind in _STATIC.items()
            ),
            Route("/{language}/", page),
            Route("/{language}/read", site.read, methods=["POST"]),
        ]
    )


async def _body(request: Request) -> bytes:
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > UPLOAD_MAX:
            raise _Refused("refused_size", 413)
    if not received:
        raise _Refused("refused_empty", 400)
    return bytes(received)


def _html(text: str, status: int = 200) -> Response:
    return Response(text, status, dict(_HEADERS), "text/html; charset=utf-8")


def _static(name: str) -> bytes:
    return resources.files("center.inquiry").joinpath(f"static/{name}").read_bytes()


def _blossom() -> bytes:
    return both_views(emblem(*EMBLEM_PT), emblem_room(), "桜 / 証").encode()


def _constant(content: bytes, kind: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer(_request: Request) -> Response:
        return Response(content, headers=dict(_HEADERS), media_type=kind)

    return answer
