"""Coin cases: the line itself. Source of the numbers: ccTalk Generic Specification 4.7, Part 1."""

from drivers.coin.tables import Header
from drivers.conformance.case import Clause, Undecided, demand, demand_equal
from drivers.conformance.coin_bench import CoinBench
from drivers.conformance.coin_wire import CoinWire

_POLLS = 50
_RESERVED_HEADER = 19
_SLOW_REPLY_S = 0.1
_PAUSE_S = 0.02
_IN_TIME_S = 0.04
"""A pause that this computer made longer proves nothing, and is tried again."""
_TRIES_IN_TIME = 10
_STALL_S = 0.07


@Clause(
    "coin.link.answers",
    "Every device answers every simple poll by one undamaged ACK from its own address.",
    "ccTalk 4.7 Part 1 §7, §8; Part 2 §3.2",
    "Damaged or doubled answers: two devices with one address, a weak pull-up, a loose cable.",
)
def answers(bench: CoinBench) -> str:
    with bench.wire() as wire:
        for _ in range(_POLLS):
            for address in bench.addresses:
                wire.ask(address, Header.SIMPLE_POLL)
        echo = "with" if wire.echoes else "without"
        wire.hush()
    return f"{_POLLS} polls of {len(bench.addresses)} devices, {echo} echo"


@Clause(
    "coin.link.silent_elsewhere",
    "A frame for an address at which nothing is configured is answered by nobody.",
    "ccTalk 4.7 Part 1 §7.5",
    "A device answers to more than its own address: set one address a device.",
)
def silent_elsewhere(bench: CoinBench) -> str:
    free = [address for address in range(2, 256) if address not in bench.addresses][:8]
    with bench.wire() as wire:
        for address in free:
            answer = wire.reply(address, Header.SIMPLE_POLL)
            demand(answer is None, f"address {address} answers, and is not configured")
    return f"silence at {', '.join(map(str, free))}"


@Clause(
    "coin.link.bad_checksum",
    "A frame with a wrong check is neither answered nor obeyed.",
    "ccTalk 4.7 Part 1 §12",
    "Check the checksum before acting: noise must not open the slot.",
)
def bad_checksum(bench: CoinBench) -> str:
    with bench.wire() as wire:
        raw = bytearray(wire.frame(bench.acceptor, Header.SET_MASTER_INHIBIT, b"\1"))
        raw[-1] ^= 0x55
        demand(not wire.say(bytes(raw), _SLOW_REPLY_S).frames, "the damaged frame was answered")
        wire.quiet()
        master = wire.ask(bench.acceptor, Header.MASTER_INHIBIT)[0] & 1
        demand_equal(master, 0, "master inhibit after a damaged command to open it")
    return "ignored, master inhibit unchanged"


@Clause(
    "coin.link.half_frame",
    "Half a frame is forgotten after 50 ms of silence; the next frame is answered.",
    "ccTalk 4.7 Part 1 §11.1",
    "Reset the receiver when the next byte does not come within 50 ms.",
)
def half_frame(bench: CoinBench) -> str:
    with bench.wire() as wire:
        whole = wire.frame(bench.acceptor, Header.SIMPLE_POLL)
        for size in range(1, len(whole)):
            wire.say(whole[:size], _STALL_S)
            bench.clock.sleep(_STALL_S)
            wire.ask(bench.acceptor, Header.SIMPLE_POLL)
    return f"after {len(whole) - 1} torn frames each next one was answered"


@Clause(
    "coin.link.pause_in_frame",
    "A pause of 20 ms inside a request does not lose it.",
    "ccTalk 4.7 Part 1 §11.1",
    "A receiver waits up to 50 ms for the next byte.",
)
def pause_in_frame(bench: CoinBench) -> str:
    with bench.wire() as wire:
        whole = wire.frame(bench.acceptor, Header.SIMPLE_POLL)
        for split in range(1, len(whole)):
            _survives_pause(wire, whole, split)
    return "answered wherever the pause was"


def _survives_pause(wire: CoinWire, whole: bytes, split: int) -> None:
    for _ in range(_TRIES_IN_TIME):
        heard, paused_s = wire.say_slowly(whole, split, _PAUSE_S)
        if heard.frames:
            return
        demand(paused_s > _IN_TIME_S, f"no answer when the pause is after byte {split}")
        wire.quiet()
    raise Undecided("this computer is too busy to make so short a pause")


@Clause(
    "coin.link.unknown_header",
    "A header the device does not know is met with silence, and the next question is answered.",
    "ccTalk 4.7 Part 1 §13",
    "No reply at all is the specified answer: the host tells by a simple poll what it means.",
)
def unknown_header(bench: CoinBench) -> str:
    with bench.wire() as wire:
        for address in bench.addresses:
            answer = wire.reply(address, _RESERVED_HEADER)
            demand(answer is None, f"address {address} answers header {_RESERVED_HEADER}")
            wire.ask(address, Header.SIMPLE_POLL)
    return f"silence to header {_RESERVED_HEADER}"


CASES = (answers, silent_elsewhere, bad_checksum, half_frame, pause_in_frame, unknown_header)
