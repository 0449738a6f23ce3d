"""Coin cases: the multi-drop commands, by which a line tells who is there and who shares an
address. Source: ccTalk Generic Specification 4.7, Part 1 section 20.2 (MDCES).
"""

from drivers.coin.tables import BROADCAST, MDCES_STEP_S, Header, ReplyHeader
from drivers.conformance.case import Clause, NotApplicable, demand, demand_equal
from drivers.conformance.coin_bench import CoinBench
from drivers.conformance.coin_wire import CoinWire

_GATHER_S = 1.5
"""Source: section 20.2.1."""
_ROUNDS = 3
"""Bytes may meet; the standard advises to ask two or three times."""
_PLAY_S = 0.0015
"""Source: section 20.2.1."""
_MOVES_S = 0.3
_FIRST = 2


def _answering(bench: CoinBench, wire: CoinWire) -> tuple[int, ...]:
    """The addresses whose devices know the multi-drop commands. Raises NotApplicable if none."""
    found = tuple(
        address
        for address in bench.addresses
        if any(wire.singles(address, Header.ADDRESS_CLASH, _GATHER_S))
    )
    if not found:
        raise NotApplicable("no device answers the multi-drop commands")
    return found


def _said(wire: CoinWire, address: int, header: Header) -> list[int]:
    return [byte for _, byte in wire.singles(address, header, _GATHER_S)]


@Clause(
    "coin.addresses.poll",
    "To an address poll every device says its own address once, and nobody says another.",
    "ccTalk 4.7 Part 1 §20.2.1",
    "Send one byte, the address, 4 ms times the address after the command; then hear nothing "
    "for 1.2 s.",
)
def poll(bench: CoinBench) -> str:
    with bench.wire() as wire:
        knowing = _answering(bench, wire)
        rounds = [_said(wire, BROADCAST, Header.ADDRESS_POLL) for _ in range(_ROUNDS)]
    heard = {byte for said in rounds for byte in said}
    demand(not set(knowing) - heard, f"not heard: {sorted(set(knowing) - heard)}")
    strange = heard - set(bench.addresses)
    demand(not strange, f"nothing is configured at {sorted(strange)}")
    twice = sorted({byte for said in rounds for byte in said if said.count(byte) > 1})
    demand(not twice, f"said more than once in one poll: {twice}")
    return f"{_ROUNDS} polls, {sorted(heard)}"


@Clause(
    "coin.addresses.order",
    "The answers to an address poll come in the order of the addresses.",
    "ccTalk 4.7 Part 1 §20.2.1",
    "The delay is 4 ms for each number of the address: answers at once destroy one another.",
)
def order(bench: CoinBench) -> str:
    with bench.wire() as wire:
        _answering(bench, wire)
        rounds = [wire.singles(BROADCAST, Header.ADDRESS_POLL, _GATHER_S) for _ in range(_ROUNDS)]
    for came in rounds:
        said = [byte for _, byte in came]
        demand_equal(said, sorted(said), "order of the answers")
        for after_s, address in came:
            # Later may be this computer's lateness; earlier is the device's alone.
            demand(
                after_s >= address * MDCES_STEP_S - _PLAY_S,
                f"{address} answers after {1000 * after_s:.1f} ms, not {4 * address}",
            )
    return "in order, none sooner than 4 ms times its address"


@Clause(
    "coin.addresses.clash",
    "To a clash poll of an address one device answers, with this address.",
    "ccTalk 4.7 Part 1 §20.2.2",
    "Several bytes are several devices at one address: separate them before anything is paid.",
)
def clash(bench: CoinBench) -> str:
    with bench.wire() as wire:
        knowing = _answering(bench, wire)
        for address in knowing:
            said = _said(wire, address, Header.ADDRESS_CLASH)
            demand_equal(said, [address], f"answers to a clash poll of {address}")
    return f"one device each at {', '.join(map(str, knowing))}"


@Clause(
    "coin.addresses.change",
    "Told another address, a device acknowledges from the old one and answers at the new one only.",
    "ccTalk 4.7 Part 1 §20.2.3",
    "The address is changed after the ACK, and the old one is given up.",
)
def change(bench: CoinBench) -> str:
    with bench.wire() as wire:
        address = _answering(bench, wire)[-1]
        other = _free(bench)
        try:
            demand(_told(wire, address, other), f"no ACK from {address}")
            bench.clock.sleep(_MOVES_S)
            demand(wire.reply(other, Header.SIMPLE_POLL) is not None, f"nobody answers at {other}")
            demand(wire.reply(address, Header.SIMPLE_POLL) is None, f"{address} answers still")
        finally:
            wire.reply(other, Header.ADDRESS_CHANGE, bytes((address,)))
            bench.clock.sleep(_MOVES_S)
        demand(wire.reply(address, Header.SIMPLE_POLL) is not None, f"{address} did not come back")
    return f"{address} to {other} and back"


@Clause(
    "coin.addresses.random",
    "Told to take an address by chance, a device takes none of 0 and 1, and is found there.",
    "ccTalk 4.7 Part 1 §20.2.4",
    "0 is the broadcast, 1 the host: a device there is lost to the line.",
)
def random(bench: CoinBench) -> str:
    with bench.wire() as wire:
        address = _answering(bench, wire)[-1]
        others = set(bench.addresses) - {address}
        answer = wire.reply(address, Header.ADDRESS_RANDOM)
        demand(answer is not None and answer.header == ReplyHeader.REPLY, f"no ACK from {address}")
        bench.clock.sleep(_MOVES_S)
        rounds = [_said(wire, BROADCAST, Header.ADDRESS_POLL) for _ in range(_ROUNDS)]
        found = sorted({byte for said in rounds for byte in said} - others)
        demand(
            len(found) == 1,
            f"new addresses: {found}. If there is none, chance may have put it where another "
            "device is: switch the machine off and on, see that all addresses are as configured, "
            "and run the case again",
        )
        wire.reply(found[0], Header.ADDRESS_CHANGE, bytes((address,)))
        bench.clock.sleep(_MOVES_S)
        demand(found[0] >= _FIRST, f"it took address {found[0]}")
        demand(wire.reply(address, Header.SIMPLE_POLL) is not None, f"{address} did not come back")
    return f"{address} by chance to {found[0]}, and back"


def _free(bench: CoinBench) -> int:
    return next(address for address in range(200, 256) if address not in bench.addresses)


def _told(wire: CoinWire, address: int, to: int) -> bool:
    answer = wire.reply(address, Header.ADDRESS_CHANGE, bytes((to,)))
    return answer is not None and answer.header == ReplyHeader.REPLY


CASES = (poll, order, clash, change, random)
