"""What schemathesis makes of the published OpenAPI: no 5xx, and no answer repeats what it was sent.

It sends what the schema allows and what it forbids, over real TLS with a terminal's certificate;
each body goes as it comes, and once more in canonical bytes, which get further.
"""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import BaseSchema, GenerationMode

from center.demo import CENTRE
from center.wire.canonical import decode
from center.wire.endpoints import APPLY, AUTHENTICATE, OPEN_VISIT, OUTCOME, RENEW
from center.wire.messages import Refusal
from tests.center.conftest import RunningCentre

pytestmark = [pytest.mark.daemon, pytest.mark.slow, pytest.mark.timeout(180)]

SHORTEST_TOLD = 8
"""Shorter strings occur in any answer by chance."""

schemathesis.openapi.format(
    "base64url",
    st.binary(max_size=80).map(lambda data: base64.urlsafe_b64encode(data).rstrip(b"=").decode()),
)


@pytest.fixture(scope="session")
def published(running_centre: RunningCentre) -> BaseSchema:
    """The document as the centre itself publishes it."""
    line = running_centre.line()
    line.connection.request("GET", "/openapi.json")
    schema = json.loads(line.connection.getresponse().read())
    line.close()
    return schemathesis.openapi.from_dict(schema)


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize(
    ("path", "deepest"),
    [
        (OPEN_VISIT, "wire.unknown_field"),
        (AUTHENTICATE, "wire.not_canonical"),
        (APPLY, "wire.not_canonical"),
        (OUTCOME, "wire.unknown_field"),
        (RENEW, "identity.request_invalid"),
    ],
)
def test_nothing_breaks_and_nothing_comes_back(
    running_centre: RunningCentre,
    published: BaseSchema,
    path: str,
    deepest: str,
    mode: GenerationMode,
) -> None:
    met: set[str] = set()
    state = running_centre.state
    line = running_centre.line()

    @settings(
        max_examples=50, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(case=published[path]["post"].as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        answer = case.call(
            base_url=f"https://localhost:{running_centre.ports[CENTRE]}",
            cert=(str(state.certificate("terminal")), str(state.key("terminal"))),
            verify=str(state.trust("centre-tls")),
        )
        met.add(judge(answer.status_code, answer.content, case.body))
        sent = canonical(case.body)
        if sent is not None:
            again = line.post(path, sent)
            met.add(judge(again.status, again.body, case.body))

    send()
    line.close()
    if mode is GenerationMode.POSITIVE:
        assert met & {"", deepest}, "it must get past the first door"
    assert any(name.startswith("wire.") for name in met)


def judge(status: int, content: bytes, sent: object) -> str:
    """The failure's name, "" for none."""
    assert status < 500, content
    if status < 400:
        return ""
    refusal = decode(Refusal, content)
    assert refusal.message == ()
    text = content.decode().replace(refusal.failure, "")
    for each in strings(sent):
        assert each not in text
    return refusal.failure


def strings(value: object) -> Iterator[str]:
    """Every string of the body that an answer could only have from there."""
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    if isinstance(value, str) and len(value) >= SHORTEST_TOLD:
        yield value
    if isinstance(value, dict):
        for key, part in value.items():
            yield from strings(key)
            yield from strings(part)
    if isinstance(value, list | tuple):
        for part in value:
            yield from strings(part)


def canonical(body: Any) -> bytes | None:
    """The body as our wire writes it, or None for what is no JSON."""
    try:
        return json.dumps(
            body, ensure_ascii=False, sort_keys=True, separators=(",", ":")
        ).encode()  # fmt: skip
    except (TypeError, ValueError):
        return None
