"""Byte streams and misplaced answers that Hypothesis makes, into MDB's lines and the whole driver.

The driver runs over the virtual machine; some lines of the adapter are replaced by rubbish, cut,
said twice, held back or lost, and some exchanges are harmed on the bus (command, answer or
acknowledgement lost, an answer damaged), while coins and bills go in, change goes out and the host
dies. Whatever becomes of a line, the machine has heard and the adapter has acknowledged: what was
told is told for good. With room in every tube each coin has a witness, so nothing may come of it
but our own errors, and in the end every yen must be said. Only a stream that is by chance a whole
answer may be believed; which one is, a decoder of this file's own says.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import given, seed
from hypothesis import strategies as st

from drivers.coin.contract import BillHeld, CoinAccepted, EventsLost, Taker
from drivers.coin.mdb.adapter import MAX_LINE, LineReader, Unclear, decode_answer, encode_answer
from drivers.coin.mdb.framing import Sign
from drivers.coin.mdb.virtual import MdbBillBuild, MdbBuild, MdbChangerBuild
from drivers.coin.mdb.virtual.adapter import Harm, Planned, VirtualAdapter
from drivers.coin.virtual import Speeds
from drivers.errors import DeviceError
from tests.byte_streams.streams import STREAMS_A_RUN, free
from tests.drivers.coin.mdb.rig import NOTES, VALUES, Rig

_READS_MAX = 10_000
"""More reads than any dialogue of one call needs: a loop that does not end is found by it."""
_CALL_MAX_S = 120.0
"""By the turned clock."""
_TRIES = 8
_WHOLE_LINE = re.compile(rb"R[TNE]|R:(?:[0-9A-Fa-f]{2}){1,37}")
_ROOM = MdbChangerBuild(pieces=dict.fromkeys((10, 50, 100, 500), 60), capacity=250)

_BLOCKS = st.binary(min_size=1, max_size=20)
_LINES = st.one_of(_BLOCKS, st.sampled_from(Sign)).map(encode_answer)
_BENT = st.builds(
    lambda raw, at, value: raw[: at % len(raw)] + bytes((value,)) + raw[at % len(raw) + 1 :],
    _BLOCKS.map(encode_answer),
    st.integers(0, 50),
    st.integers(0, 255),
)
_CUT = st.builds(lambda raw, at: raw[: at % len(raw)], _LINES, st.integers(0, 50))
_RUBBISH = st.one_of(
    st.binary(max_size=100),
    st.text("RTNE:0123456789ABCDEF\r\n", max_size=100).map(str.encode),
    _BENT,
    _CUT,
).map(lambda raw: raw.replace(b"\n", b"?") if whole_lines(raw) else raw)


def _run(stream: st.SearchStrategy[bytes]) -> st.SearchStrategy[list[bytes]]:
    return st.lists(stream, min_size=STREAMS_A_RUN, max_size=STREAMS_A_RUN)


RUN = st.one_of(*(4 * [_run(_RUBBISH)]), _run(_RUBBISH | _LINES))
"""In one of five, whole lines that nobody said are among them: they may be believed."""
MISPLACED = ("lost", "twice", "late", "cut")
"""What else may become of the adapter's line: it is the truth, at another time or not whole."""
ON_THE_BUS = (Harm.COMMAND_LOST, Harm.ANSWER_LOST, Harm.ANSWER_DAMAGED, Harm.ACK_LOST)
Deed = str | Harm
_DEEDS: st.SearchStrategy[list[Deed]] = st.lists(
    st.sampled_from(("stream", *MISPLACED, *ON_THE_BUS)),
    min_size=STREAMS_A_RUN,
    max_size=STREAMS_A_RUN,
)

_GAPS = st.lists(st.integers(0, 4), min_size=STREAMS_A_RUN, max_size=STREAMS_A_RUN)
"""Exchanges before each deed that are left in peace: any question may be the one that is struck."""


def whole_lines(raw: bytes) -> list[bytes]:
    """An independent reading: the parts of `raw` that are right lines of an adapter."""
    ended = raw.split(b"\n")[:-1]
    return [line for line in map(_without_cr, ended) if _WHOLE_LINE.fullmatch(line) and _adds(line)]


def _without_cr(line: bytes) -> bytes:
    return line.rstrip(b"\r")


def _adds(line: bytes) -> bool:
    if not line.startswith(b"R:"):
        return True
    *data, check = bytes.fromhex(line[2:].decode())
    return (not data and check == 0) or (bool(data) and sum(data) % 256 == check)


def lines_keep_every_byte(streams: list[bytes]) -> None:
    """Cut anywhere, no byte is lost, doubled or invented, little is held, and a line is an answer
    exactly when it is one by the other reading."""
    reader, lines = LineReader(), list[bytes]()
    for stream in streams:
        lines += reader.feed(stream)
        assert len(reader._rest) <= MAX_LINE
    came = b"".join(streams)
    assert b"".join(lines) + reader._rest == came.replace(b"\n", b"")
    for line in lines:
        assert _is_answer(line) == bool(whole_lines(line + b"\n")), line


def _is_answer(line: bytes) -> bool:
    try:
        answer = decode_answer(line)
    except Unclear:
        return False
    shown = _without_cr(encode_answer(answer).rstrip(b"\n"))
    assert answer is Sign.ACK or shown.upper() == _without_cr(line).upper()
    return True


@dataclass
class Line:
    """The adapter's line to the host: every few exchanges something becomes of the answer."""

    adapter: VirtualAdapter
    streams: list[bytes]
    deeds: list[Deed]
    gaps: list[int]
    at: int = 0
    peace: int = 0
    quiet: bool = True
    reads: int = 0
    lied: bool = False
    held: bytes = b""
    """A line that comes alone when the next one is waited for."""
    rest: bytes = b""
    """What comes after it."""

    def far_end(self, honest: Callable[[bytes], bytes], data: bytes) -> bytes:
        self.reads += 1
        assert self.reads < _READS_MAX, "the driver does not come to an end"
        late, self.held = self.held if data else b"", b"" if data else self.held
        deed = self._next() if data and not self.quiet else ""
        if isinstance(deed, Harm):
            self.adapter.plan.append(Planned(deed))
        answer = honest(data)
        self.adapter.plan.clear()
        if isinstance(deed, str) and deed:
            answer = self._harmed(answer, deed)
        if late:
            self.rest += answer
            return late
        after, self.rest = self.rest, b""
        return after + answer

    def _next(self) -> Deed:
        """What becomes of this exchange, or "": nothing."""
        if self.at >= len(self.deeds):
            return ""
        if self.peace < self.gaps[self.at]:
            self.peace += 1
            return ""
        self.at, self.peace = self.at + 1, 0
        return self.deeds[self.at - 1]

    def _harmed(self, answer: bytes, deed: str) -> bytes:
        if deed == "stream":
            stream = self.streams[self.at - 1]
            self.lied = self.lied or bool(whole_lines(stream))
            return stream
        if deed == "late":
            self.held = answer
        return {"twice": 2 * answer, "cut": answer[: len(answer) // 2]}.get(deed, b"")


@dataclass
class Session:
    """One machine, its residents, and a host that may die."""

    rig: Rig
    line: Line
    alive: bool = True

    def call(self, what: Callable[[], object]) -> bool:
        """No exception but ours, and no end without end. True if it did not fail."""
        self.line.reads = 0
        began_s = self.rig.clock.monotonic_s()
        try:
            what()
        except DeviceError:
            return False
        finally:
            assert self.rig.clock.monotonic_s() - began_s < _CALL_MAX_S
        return True

    def listen(self, polls: int = 1) -> None:
        """Poll, and have what is held stacked or given back."""
        for _ in range(polls):
            heard = len(self.rig.events)
            self.call(self.rig.poll)
            for event in self.rig.events[heard:]:
                if isinstance(event, BillHeld):
                    stack = event.yen in NOTES and heard % 3 > 0
                    self.call(lambda stack=stack: self.rig.vendor.route(stack=stack))  # type: ignore[misc]

    def pay(self, yen: int, pieces: int) -> None:
        """As a cashier does: the slot shut, what falls waited for, then paid."""
        shut = self.call(lambda: self.rig.vendor.accept(frozenset()))
        self.listen(8)
        if shut:
            self.call(lambda: self.rig.pay(yen, pieces))
        self.listen()
        self.call(lambda: self.rig.vendor.accept(VALUES | NOTES))

    def die(self) -> None:
        """The host ends, and its next life begins with what was written down."""
        self.rig.restart()
        self.alive = False
        self.revive()

    def revive(self) -> None:
        """Set the machine up, as often as it takes within reason."""
        coins, bills = self.rig.cursor(), self.rig.cursor(Taker.BILL)
        for _ in range(_TRIES):
            if self.alive:
                return
            self.alive = self.call(
                lambda: self.rig.take(self.rig.vendor.resume(coins, bills, interrupted=True))
            )
        if self.alive:
            self.call(lambda: self.rig.vendor.accept(VALUES | NOTES))


def driver_survives(streams: list[bytes], deeds: list[Deed], gaps: list[int]) -> bool:
    """Money goes in and out while the line talks nonsense or at the wrong time. True if a stream
    was by chance a whole answer, which the driver may believe; else every yen is said in the end.
    """
    rig = Rig(MdbBuild(_ROOM, MdbBillBuild()), Speeds(fall_time_s=0.0, dispense_coin_s=0.01))
    line = Line(rig.machine.adapter, streams, deeds, gaps)
    honest = rig.memory._far_end
    rig.memory._far_end = lambda data: line.far_end(honest, data)
    rig.ready()
    session = Session(rig, line)
    line.quiet = False
    _live(session)
    line.quiet = True
    session.revive()
    session.listen(60)
    assert session.alive, "a line that is well again is used again"
    assert rig.machine.truth().conserved
    assert all(
        event.yen in VALUES | NOTES for event in rig.events if isinstance(event, CoinAccepted)
    )
    if not line.lied:
        _is_said(rig)
    return line.lied


def _live(session: Session) -> None:
    rig = session.rig
    for turn in range(STREAMS_A_RUN):
        rig.hand.drop_coin(sorted(VALUES)[turn % 4])
        session.listen()
        if turn % 5 == 1:
            rig.hand.insert_bill(1000)
        if turn % 4 == 2 and session.alive:
            session.pay(100, 2)
        if turn % 5 == 4:
            session.call(rig.vendor.status)
        if turn % 6 == 5:
            session.die()


def _is_said(rig: Rig) -> None:
    """What came in is credited but for what is said to be missing; what went out is told."""
    rig.check()
    lost = sum(event.at_least for event in rig.events if isinstance(event, EventsLost))
    truth = rig.machine.truth()
    assert rig.credited_yen <= truth.taken_yen
    assert lost or rig.credited_yen == truth.taken_yen


def run_codec(number: int, examples: int) -> int:
    """So many examples of the line's reader, drawn by this seed; how many streams they were."""

    @seed(number)
    @free(examples)
    @given(RUN)
    def prove(streams: list[bytes]) -> None:
        lines_keep_every_byte(streams)

    prove()
    return examples * STREAMS_A_RUN


def run_driver(number: int, examples: int) -> tuple[int, int]:
    """So many examples of the whole driver, drawn by this seed: how many streams and misplaced
    answers they were, and how many of them were beside one that was by chance a whole answer.
    """
    lied = 0

    @seed(number)
    @free(examples)
    @given(RUN, _DEEDS, _GAPS)
    def prove(streams: list[bytes], deeds: list[Deed], gaps: list[int]) -> None:
        nonlocal lied
        lied += driver_survives(streams, deeds, gaps)

    prove()
    return examples * STREAMS_A_RUN, lied * STREAMS_A_RUN
