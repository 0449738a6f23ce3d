"""The socket between visit and supervisor: every value crosses, nothing else does."""

import socket
import threading
import typing
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.link import values
from kiosk.link.wire import (
    FRAME_MAX,
    LinkError,
    SupervisorEnd,
    VisitEnd,
    decode,
    encode,
    supervisor_end,
    visit_end,
)

TO_SUPERVISOR: tuple[type[object], ...] = typing.get_args(values.ToSupervisor)
TO_VISIT: tuple[type[object], ...] = typing.get_args(values.ToVisit)
ANY_VALUE = st.one_of([st.from_type(kind) for kind in TO_SUPERVISOR + TO_VISIT])


@pytest.fixture
def ends() -> Iterator[tuple[SupervisorEnd, VisitEnd]]:
    left, right = socket.socketpair()
    supervisor, visit = supervisor_end(left), visit_end(right)
    yield supervisor, visit
    supervisor.close()
    visit.close()


@given(ANY_VALUE)
def test_every_value_crosses_unchanged(value: object) -> None:
    assert decode(encode(value), TO_SUPERVISOR + TO_VISIT) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_a_link_error(data: bytes) -> None:
    with suppress(LinkError):  # Any other exception fails the test.
        assert encode(decode(data, TO_VISIT)) == data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"name":"Nobody","value":{}}',
        b'{"name":"CoinsOpen","value":{}}',
        b'{"name":"CoinsOpen","value":{"coins":[10],"more":1}}',
        b'{"name":"CoinsOpen","value":{"coins":["10"]}}',
        b'{"name":"CoinsOpen","value":{"coins":[true]}}',
        b'{"name":"CoinsOpen","value":{"coins":10}}',
        b'{"name":"CoinsOpen","name":"CoinsOpen","value":{"coins":[10]}}',
        b'{"name": "CoinsOpen","value":{"coins":[10]}}',
        b'{"name":"Report","value":{"body":"*"}}',
        b'{"name":"Note","value":{"fields":[["a",null]],"kind":"k"}}',
        b'{"name":"Note","value":{"fields":[["a"]],"kind":"k"}}',
        b"[" * 5000,
    ],
)
def test_what_is_not_exactly_one_value_is_refused(data: bytes) -> None:
    with pytest.raises(LinkError):
        decode(data, TO_VISIT + TO_SUPERVISOR)


def test_an_error_does_not_quote_what_was_received() -> None:
    with pytest.raises(LinkError) as caught:
        decode(b'{"name":"CoinsOpen","value":"yamada"}', TO_VISIT)
    assert "yamada" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_value_too_large_is_not_sent() -> None:
    with pytest.raises(LinkError, match="larger than"):
        encode(values.Report(b"x" * FRAME_MAX))


def test_each_end_sends_only_its_own_values(ends: tuple[SupervisorEnd, VisitEnd]) -> None:
    supervisor, visit = ends
    with pytest.raises(LinkError, match="does not go this way"):
        supervisor.send(values.AskChange(300))  # type: ignore[arg-type]
    with pytest.raises(LinkError, match="does not go this way"):
        visit.send(values.VisitClosed())  # type: ignore[arg-type]


def test_values_arrive_in_order_and_a_quiet_link_times_out(
    ends: tuple[SupervisorEnd, VisitEnd],
) -> None:
    supervisor, visit = ends
    for yen in (10, 50, 100):
        supervisor.send(values.CoinIn(yen, yen, (10,)))
    got = [visit.receive(1.0) for _ in range(3)]
    assert [value.yen for value in got if isinstance(value, values.CoinIn)] == [10, 50, 100]
    assert visit.receive(0.0) is None


@given(st.lists(ANY_VALUE, max_size=4), st.integers(1, 40))
def test_frames_survive_any_cutting(sent: list[values.ToVisit], size: int) -> None:
    sent = [value for value in sent if type(value) in TO_VISIT]
    raw, right = socket.socketpair()
    with raw, right:
        end = visit_end(right)
        data = b"".join(len(b).to_bytes(4, "big") + b for b in map(encode, sent))
        got: list[object] = []
        for start in range(0, len(data), size):
            raw.sendall(data[start : start + size])
            while (value := end.receive(0.0)) is not None:
                got.append(value)
        assert got == sent


def test_a_frame_too_long_is_refused_before_it_is_read() -> None:
    raw, right = socket.socketpair()
    with raw, right:
        raw.sendall((FRAME_MAX + 1).to_bytes(4, "big"))
        with pytest.raises(LinkError, match="too long"):
            visit_end(right).receive(1.0)


def test_the_reader_hears_values_and_then_the_end(ends: tuple[SupervisorEnd, VisitEnd]) -> None:
    supervisor, visit = ends
    heard: list[object] = []
    ended = threading.Event()
    supervisor.listen(heard.append, lambda _why: ended.set())
    visit.send(values.SpareReady())
    visit.send(values.OpenVisit("00112233aabbccdd"))
    visit.close()
    assert ended.wait(5)
    assert heard == [values.SpareReady(), values.OpenVisit("00112233aabbccdd")]


def test_a_peer_that_stopped_reading_is_an_error_not_a_hang(
    ends: tuple[SupervisorEnd, VisitEnd],
) -> None:
    supervisor, _visit = ends
    flood = ("x" * 60000 for _ in range(1000))
    with pytest.raises(LinkError, match="stopped reading"):
        list(map(supervisor.send, map(values.ServiceState, flood)))


def test_sending_to_a_dead_peer_is_an_error(ends: tuple[SupervisorEnd, VisitEnd]) -> None:
    supervisor, visit = ends
    visit.close()
    with pytest.raises(LinkError, match="gone"):
        supervisor.send(values.VisitClosed())
