"""The inquiry site as an application: a page, its style and script, and one place to send files to.

An upload lives in memory until its answer was sent, and nowhere else: no file, no cache, no
log. What is logged is the kind of each answer.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from importlib import resources

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from center.antiforgery.back import EMBLEM_PT, emblem_room
from center.antiforgery.emblem import emblem
from center.antiforgery.svg import both_views
from center.http.place import place_of
from center.inquiry.pages import UPLOAD_MAX, answer_page, lost_page, refusal, site_page
from center.inquiry.pool import Answer, Busy, Pool
from center.inquiry.rates import Rates, TooMany
from center.inquiry.sentences import LANGUAGES, preferred

HELD_MAX = 12
"""Uploads in memory at once, from their first byte to their answer; the pool's queue is shorter."""
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
_HTML = "text/html; charset=utf-8"
_OWN = "same-origin"
_STATIC = {"site.css": "text/css", "site.js": "text/javascript"}

log = logging.getLogger("center.inquiry")

Now = Callable[[], float]
Sender = Callable[[Request], str]
"""Whose upload it is."""


def peer(request: Request) -> str:
    """The address at the other end of the connection."""
    return request.client.host if request.client else ""


def forwarded(request: Request) -> str:
    """What the proxy before us says: the last address, which is its own word and nobody else's."""
    said = ",".join(request.headers.getlist("X-Forwarded-For"))
    return said.rpartition(",")[2].strip() or peer(request)


class _Refused(Exception):
    """Why an upload is not read: one of the words, and a status."""

    def __init__(self, key: str, status: int) -> None:
        super().__init__(key)
        self.key = key
        self.status = status


class Site:
    """The site's state: its pool, its rates, how many answers of each kind there were."""

    def __init__(self, pool: Pool, rates: Rates, now: Now, sender: Sender) -> None:
        self._pool = pool
        self._rates = rates
        self._now = now
        self._sender = sender
        self._held = 0
        self.answers: Counter[str] = Counter()

    async def read(self, request: Request, language: str) -> Response:
        """One upload: a picture or a sentence, always."""
        try:
            with self._rates.admitted(self._sender(request), self._now()), self._room():
                answer = await self._pool.read(await _received(request))
            return self._answered(language, answer)
        except _Refused as refused:
            return self._refuse(language, refused)
        except TooMany:
            return self._refuse(language, _Refused("refused_rate", 429))
        except Busy:
            return self._refuse(language, _Refused("refused_busy", 503))
        except ClientDisconnect:
            return _html("", 400)
        except Exception as error:  # noqa: BLE001  # whatever it was, there is a sentence
            log.error("failed: %s at %s", type(error).__name__, place_of(error))  # noqa: TRY400  # a traceback's text may quote an upload
            return self._refuse(language, _Refused("refused_failed", 500))

    @contextlib.contextmanager
    def _room(self) -> Iterator[None]:
        if self._held >= HELD_MAX:
            raise _Refused("refused_busy", 503)
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1

    def _answered(self, language: str, answer: Answer) -> Response:
        shown = answer_page(language, answer)
        kinds = [str(page.said["verdict"]) for page in answer.pages] or [answer.end]
        self.answers.update(kinds)
        log.info("answered: %s", " ".join(kinds))
        return _html(shown)

    def _refuse(self, language: str, refused: _Refused) -> Response:
        self.answers[refused.key] += 1
        log.info("answered: %s", refused.key)
        return _html(refusal(language, refused.key), refused.status)


def inquiry_app(site: Site) -> Starlette:
    """The application."""

    async def home(request: Request) -> Response:
        return _to(preferred(request.headers.get("Accept-Language", "")))

    async def lost(request: Request, refused: Exception) -> Response:
        language = preferred(request.headers.get("Accept-Language", ""))
        return _html(lost_page(language), refused.status_code)  # type: ignore[attr-defined]

    app = Starlette(
        exception_handlers={HTTPException: lost},
        routes=[
            Route("/", home),
            Route("/static/blossom.svg", _constant(_blossom(), "image/svg+xml")),
            *(
                Route(f"/static/{name}", _constant(_static(name), kind))
                for name, kind in _STATIC.items()
            ),
            *(route for language in LANGUAGES for route in _spoken(site, language)),
        ],
    )
    # Starlette would send people on to whatever host their request names.
    app.router.redirect_slashes = False
    return app


def _spoken(site: Site, language: str) -> tuple[Route, ...]:
    async def slash(_request: Request) -> Response:
        return _to(language)

    async def read(request: Request) -> Response:
        return await site.read(request, language)

    page = _constant(site_page(language).encode(), _HTML)
    return (
        Route(f"/{language}", slash),
        Route(f"/{language}/", page),
        Route(f"/{language}/read", read, methods=["POST"]),
    )


def _to(language: str) -> Response:
    return RedirectResponse(f"/{language}/", 303, headers=dict(_HEADERS))


async def _received(request: Request) -> bytes:
    if request.headers.get("Sec-Fetch-Site", _OWN) not in {_OWN, "none"}:
        # Another site must not spend its visitors' uploads, nor read for them.
        raise _Refused("refused_elsewhere", 403)
    if int(request.headers.get("Content-Length") or 0) > UPLOAD_MAX:
        raise _Refused("refused_size", 413)
    try:
        async with asyncio.timeout(RECEIVE_S):
            return await _body(request)
    except TimeoutError:
        raise _Refused("refused_slow", 408) from None


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
    return Response(text, status, dict(_HEADERS), _HTML)


def _static(name: str) -> bytes:
    return resources.files("center.inquiry").joinpath(f"static/{name}").read_bytes()


def _blossom() -> bytes:
    return both_views(emblem(*EMBLEM_PT), emblem_room(), "桜 / 証").encode()


def _constant(content: bytes, kind: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer(_request: Request) -> Response:
        return Response(content, headers=dict(_HEADERS), media_type=kind)

    return answer
