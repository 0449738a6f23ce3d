"""An application of canonical requests: each a POST, each answered by bytes or by a failure's name.

Nothing of a request, and no exception's text, reaches a log or an answer.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request, Response

from center.http.openapi import body
from center.http.place import place_of
from center.http.protocol import PEER
from center.http.refusals import FAILED, body_of, status_of
from center.wire.endpoints import CONTENT_TYPE
from center.wire.errors import TOO_LARGE
from center.wire.kinds import limit_bytes
from center.wire.messages import Refusal
from crypto.errors import CheckFailed

Handler = Callable[[bytes, bytes], bytes]
"""(DER of the peer's certificate, body) -> the answer's body, b"" for none."""

_THREADS = 16

log = logging.getLogger("center.http")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One path: what comes, what goes back, and who answers."""

    path: str
    takes: type
    gives: type | None
    says: str
    """One sentence for the OpenAPI document."""
    handler: Handler


def make_app(title: str, endpoints: tuple[Endpoint, ...], delay_s: float = 0.0) -> FastAPI:
    """The application. `delay_s` is waited before every answer (a slow line, for the demo)."""
    app = FastAPI(title=title, version="1", docs_url=None, redoc_url=None)
    # Threads of its own: where centre and municipality run in one process, one that waits for
    # the other must not take its last thread.
    threads = CapacityLimiter(_THREADS)
    for endpoint in endpoints:
        app.add_api_route(
            endpoint.path,
            _route(endpoint, delay_s, threads),
            methods=["POST"],
            summary=endpoint.says,
            response_class=Response,
            responses=_responses(endpoint),
            openapi_extra={
                "requestBody": {**body(endpoint.takes, endpoint.says), "required": True}
            },
        )
    return app


def _responses(endpoint: Endpoint) -> dict[int | str, dict[str, Any]]:
    refused = body(Refusal, "Refused, by name.")
    if endpoint.gives is None:
        return {204: {"description": "Noted."}, "default": refused}
    return {200: body(endpoint.gives, "The answer."), "default": refused}


def _route(
    endpoint: Endpoint, delay_s: float, threads: CapacityLimiter
) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        await asyncio.sleep(delay_s)
        try:
            received = await _receive(request, limit_bytes(endpoint.takes))
            peer: bytes = getattr(request.state, PEER, b"")
            content = await to_thread.run_sync(endpoint.handler, peer, received, limiter=threads)
        except CheckFailed as refused:
            log.info("%s refused: %s", endpoint.path, refused.failure)
            return _refusal(refused)
        except Exception as error:  # noqa: BLE001  # whatever it was, the peer learns nothing of it
            log.error("%s failed: %s at %s", endpoint.path, type(error).__name__, place_of(error))  # noqa: TRY400  # a traceback's text may quote the input
            return _refusal(CheckFailed(FAILED))
        if not content:
            return Response(status_code=204)
        return Response(content, media_type=CONTENT_TYPE)

    return answer


async def _receive(request: Request, limit: int) -> bytes:
    """The body, read no further than its type's limit. Raises CheckFailed `wire.too_large`."""
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > limit:
            raise CheckFailed(TOO_LARGE, "more than this message may have")
    return bytes(received)


def _refusal(refused: CheckFailed) -> Response:
    status = status_of(refused.failure)
    return Response(body_of(refused), status_code=status, media_type=CONTENT_TYPE)
