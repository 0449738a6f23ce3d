"""Byte streams that Hypothesis makes, into the codec and into the whole driver.

The driver runs over the virtual machine; some answers of the line are replaced by a stream. What
a stream says is read here by a decoder of its own: unless it is by chance a whole, right answer,
nothing may come of it but our own errors, and the credits must be the truth.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from drivers.coin.contract import CoinAccepted
from drivers.coin.framing import BadFrame, Check, Frame, FrameParser, encode_frame
from drivers.coin.virtual import BillBuild, MachineBuild, Speeds
from drivers.errors import DeviceError
from tests.drivers.coin.rig import VALUES, Rig

STREAMS_A_RUN = 12
_SHORTEST_FRAME, _LONGEST_FRAME = 5, 260
_ANSWERS = {0, 5, 6}
"""Reply, NAK, BUSY."""
_READS_MAX = 5_000
"""More reads than any dialogue of one call needs: a loop that does not end is found by it."""
_CALL_MAX_S = 60.0
"""By the turned clock."""

_ADDRESSES = st.sampled_from((0, 1, 2, 3, 4, 5, 6, 40, 255))
_HEADERS = st.sampled_from((0, 0, 5, 6, 1, 229, 254))
_FRAMES = st.builds(Frame, _ADDRESSES, _ADDRESSES, _HEADERS, st.binary(max_size=20))
_WHOLE = st.builds(encode_frame, _FRAMES, st.sampled_from(Check))
_CUT = st.builds(lambda raw, at: raw[: at % (len(raw) + 1)], _WHOLE, st.integers(0, 30))
_BENT = st.builds(
    lambda raw, at, value: raw[: at % len(raw)] + bytes((value,)) + raw[at % len(raw) + 1 :],
    _WHOLE,
    st.integers(0, 30),
    st.integers(0, 255),
)
STREAM = st.one_of(
    st.binary(max_size=40),
    _WHOLE,
    _CUT,
    _BENT,
    st.lists(st.one_of(_WHOLE, _CUT, st.binary(max_size=4)), max_size=4).map(b"".join),
)
RUN = st.lists(STREAM, min_size=STREAMS_A_RUN, max_size=STREAMS_A_RUN)
_GAPS = st.lists(
    st.sampled_from((0.0, 0.001, 0.049, 0.051, 1.0)),
    min_size=STREAMS_A_RUN,
    max_size=STREAMS_A_RUN,
)


def sums_up(raw: bytes) -> bool:
    """An independent reading: some part of `raw` is a whole answer of a device to the host."""
    starts = range(len(raw))
    return any(
        len(raw) >= at + _SHORTEST_FRAME
        and (raw[at], raw[at + 2] > 1, raw[at + 3] in _ANSWERS) == (1, True, True)
        and len(raw) >= at + raw[at + 1] + 5
        and sum(raw[at : at + raw[at + 1] + 5]) % 256 == 0
        for at in starts
    )


def codec_keeps_every_byte(streams: list[bytes], gaps: list[float], check: Check) -> None:
    """Cut into frames and rubbish, no byte is lost, doubled or invented, and little is held."""
    parser = FrameParser(check)
    now_s, came, out = 0.0, b"", b""
    for stream, gap_s in zip(streams, gaps, strict=True):
        now_s += gap_s
        came += stream
        for found in parser.feed(stream, now_s):
            out += found.raw if isinstance(found, BadFrame) else _again(found, check)
        held = came[len(out) :]
        assert came.startswith(out)
        assert len(held) < _LONGEST_FRAME
        assert parser.unfinished == bool(held)
    rest = parser.stall(now_s + 1.0)
    assert out + b"".join(bad.raw for bad in rest) == came


def _again(frame: Frame, check: Check) -> bytes:
    return encode_frame(frame, check)


@dataclass
class Line:
    """A line whose answers are replaced by streams, in the exchanges that are drawn."""

    rig: Rig
    streams: list[bytes]
    gaps: list[float]
    at: int = 0
    quiet: bool = True
    reads: int = 0
    lied: bool = False

    def far_end(self, honest: Callable[[bytes], bytes], data: bytes) -> bytes:
        """What the line gives back: the truth, or in every second exchange a stream."""
        self.reads += 1
        assert self.reads < _READS_MAX, "the driver does not come to an end"
        answer = honest(data)
        if self.quiet or not data or self.at >= 2 * len(self.streams):
            return answer
        self.at += 1
        if self.at % 2:
            return answer
        stream = self.streams[self.at // 2 - 1]
        self.lied = self.lied or sums_up(stream)
        echo = data if self.rig.machine.echo else b""
        return echo + stream


def driver_survives(streams: list[bytes], gaps: list[float], bills: bool) -> bool:
    """Coins fall and are paid while the line talks nonsense. True if a stream was by chance a
    whole frame, which the driver may believe; else the credits were the truth.
    """
    build = MachineBuild(bills=BillBuild() if bills else None)
    rig = Rig(build, Speeds(fall_time_s=0.0, dispense_coin_s=0.01))
    line = Line(rig, streams, gaps)
    honest = rig.memory._far_end
    rig.memory._far_end = lambda data: line.far_end(honest, data)
    rig.ready()
    line.quiet = False
    tickets = []
    for turn, gap_s in enumerate(gaps):
        rig.clock.advance(gap_s)
        rig.hand.drop_coin(sorted(VALUES)[turn % 4])
        _call(rig, line, rig.poll)
        if turn % 4 == 1:
            _call(rig, line, lambda: tickets.append(rig.vendor.prepare(100, 2)))
        if turn % 4 == 2 and tickets:
            _call(rig, line, lambda: rig.dispense(tickets.pop()))
        if turn % 5 == 4:
            _call(rig, line, rig.vendor.status)
    line.quiet = True
    _call(rig, line, lambda: rig.poll(8))
    if not line.lied:
        assert rig.credited_yen == rig.credited_truly_yen()
        assert rig.unknown or rig.paid_yen == rig.paid_truly_yen()
    assert rig.machine.truth().conserved
    assert all(isinstance(e.yen, int) and e.yen in VALUES for e in rig.events
               if isinstance(e, CoinAccepted))  # fmt: skip
    return line.lied


def _call(rig: Rig, line: Line, call: Callable[[], object]) -> None:
    """No exception but ours, and no end without end."""
    line.reads = 0
    began_s = rig.clock.monotonic_s()
    with suppress(DeviceError):
        call()
    assert rig.clock.monotonic_s() - began_s < _CALL_MAX_S


def run_codec(number: int, examples: int) -> int:
    """So many examples of the codec, drawn by this seed; how many streams they were."""

    @seed(number)
    @free(examples)
    @given(RUN, _GAPS, st.sampled_from(Check))
    def prove(streams: list[bytes], gaps: list[float], check: Check) -> None:
        codec_keeps_every_byte(streams, gaps, check)

    prove()
    return examples * STREAMS_A_RUN


def run_driver(number: int, examples: int) -> tuple[int, int]:
    """So many examples of the whole driver, drawn by this seed: how many streams they were, and
    how many of them were beside one that was by chance a whole answer.
    """
    lied = 0

    @seed(number)
    @free(examples)
    @given(RUN, _GAPS, st.booleans())
    def prove(streams: list[bytes], gaps: list[float], bills: bool) -> None:
        nonlocal lied
        lied += driver_survives(streams, gaps, bills)

    prove()
    return examples * STREAMS_A_RUN, lied * STREAMS_A_RUN


def free(examples: int) -> settings:
    """So many examples, however long they take; by the seed alone, nothing is remembered."""
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
    )
