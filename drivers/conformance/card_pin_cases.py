"""Card cases: the PIN and its counter. Wrong entries are made good by the right one at once.

Source of the numbers: ISO/IEC 7816-4 (2020), 11.6.6 (VERIFY); soltia48/myna-card README for the
lock; OpenSC jpki.h for the tries.
"""

from drivers.card.tables import BLOCKED, MY_NUMBER, TEXT_AID, Sw
from drivers.conformance.card_bench import CardBench, demand_refused, verified
from drivers.conformance.card_wire import CardWire
from drivers.conformance.case import Clause, NotApplicable, demand, demand_equal

_DIGEST = bytes(range(32))
FOR_GOOD = 100
"""What a case counts that leaves the card blocked: only a municipal office can help it then."""


@Clause(
    "card.pin.query_is_free",
    "VERIFY without data says the tries left and costs none.",
    "ISO/IEC 7816-4 11.6.6 (63Cx); OpenSC card-jpki.c",
    "The command has four bytes, no Lc. The terminal asks before each entry.",
)
def query_is_free(bench: CardBench) -> str:
    with bench.wire() as wire:
        wire.open(MY_NUMBER.pin_ef)
        found = {wire.tries() for _ in range(5)}
    demand_equal(found, {bench.facts.tries}, "the tries left, asked five times")
    return f"{bench.facts.tries} left"


@Clause(
    "card.pin.wrong_costs_one",
    "A wrong PIN is answered 63Cx with one try less, and the query agrees.",
    "ISO/IEC 7816-4 11.6.6, table 6 (63Cx)",
    "The resident reads this number; a card that does not count lets a thief try them all.",
    spends=1,
)
def wrong_costs_one(bench: CardBench) -> str:
    with bench.wire() as wire:
        wire.open_pin()
        left = bench.facts.tries - 1
        demand_equal(f"{wire.verify(bench.facts.wrong_pin):04X}", f"63C{left:X}", "a wrong PIN")
        demand_equal(wire.tries(), left, "the query afterwards")
        verified(wire, bench.facts.pin)
    return f"63C{left:X}"


@Clause(
    "card.pin.right_restores",
    "The right PIN sets the counter to its full number.",
    "soltia48/myna-card README; ISO/IEC 7816-4 11.6.6",
    "Otherwise three slips in a year would block the card.",
    spends=1,
)
def right_restores(bench: CardBench) -> str:
    with bench.wire() as wire:
        wire.open_pin()
        wire.verify(bench.facts.wrong_pin)
        verified(wire, bench.facts.pin)
    with bench.wire() as wire:
        wire.open(MY_NUMBER.pin_ef)
        demand_equal(wire.tries(), bench.facts.tries, "tries left after the right PIN")
    return f"{bench.facts.tries} left"


@Clause(
    "card.pin.counter_survives",
    "A try that was lost stays lost over a new selection and a loss of power.",
    "ISO/IEC 7816-4 11.6.6; soltia48/myna-card README",
    "The counter lies in memory that keeps: lifting the card is no way to more tries.",
    spends=1,
)
def counter_survives(bench: CardBench) -> str:
    left = bench.facts.tries - 1
    with bench.wire() as wire:
        wire.open_pin()
        wire.verify(bench.facts.wrong_pin)
        wire.open_pin()
        demand_equal(wire.tries(), left, "tries left after another SELECT")
    with bench.wire() as wire:
        wire.open_pin()
        demand_equal(wire.tries(), left, "tries left after a loss of power")
        verified(wire, bench.facts.pin)
    return f"{left} left, until the right PIN"


@Clause(
    "card.pin.every_digit_counts",
    "A PIN that differs in one place only is wrong.",
    "ISO/IEC 7816-4 11.6.6",
    "All bytes are compared, and their number.",
    spends=4,
)
def every_digit_counts(bench: CardBench) -> str:
    with bench.wire() as wire:
        wire.open_pin()
        for place, pin in enumerate(bench.facts.near_pins, 1):
            sw = wire.verify(pin)
            demand(sw != Sw.OK, f"a PIN with another digit in place {place} is taken")
            verified(wire, bench.facts.pin)
    return f"{len(bench.facts.near_pins)} places"


@Clause(
    "card.pin.length_counts",
    "The PIN with a digit less, or one more, is not taken.",
    "ISO/IEC 7816-4 11.6.6",
    "No padding, no comparing of beginnings. Whether it costs a try is not known.",
    spends=2,
)
def length_counts(bench: CardBench) -> str:
    said = []
    with bench.wire() as wire:
        wire.open_pin()
        for entry, what in ((bench.facts.pin[:-1], "short"), (bench.facts.pin + b"0", "long")):
            sw = wire.verify(entry)
            demand(sw != Sw.OK, f"an entry one digit too {what} is taken")
            said.append(f"{what}: {sw:04X}")
            verified(wire, bench.facts.pin)
    return ", ".join(said)


@Clause(
    "card.pin.ends_with_power",
    "What was verified is forgotten when the card loses its power.",
    "ISO/IEC 7816-4 9.3.1; CardReader.release",
    "The terminal ends every visit by taking the power; the next program must not sign.",
)
def ends_with_power(bench: CardBench) -> str:
    with bench.wire() as wire:
        wire.open_pin()
        verified(wire, bench.facts.pin)
    with bench.wire() as wire:
        answer = wire.sign(_DIGEST)
        demand(not answer.data, "the card signs after a loss of power, without a PIN")
        return demand_refused(answer.sw, "signing after a loss of power")


@Clause(
    "card.pin.opens_its_own_only",
    "The PIN of user authentication opens nothing in another application.",
    "soltia48/myna-card ap/text.rs (access by the application's own secrets)",
    "Security status belongs to one application.",
)
def opens_its_own_only(bench: CardBench) -> str:
    with bench.wire() as wire:
        wire.open_pin()
        verified(wire, bench.facts.pin)
        if wire.select_name(TEXT_AID) != Sw.OK:
            raise NotApplicable("the card has no 券面事項入力補助AP")
        wire.open(0x0002)
        answer = wire.read(0, 1)
        demand(not answer.data, "the four attributes can be read")
        return demand_refused(answer.sw, "reading the four attributes")


@Clause(
    "card.pin.blocks",
    "After the last wrong PIN none is left: the right one is refused, and the card does not sign.",
    "soltia48/myna-card README (63C0, then 6984)",
    "This case leaves the card blocked for good: a card for tests only.",
    spends=FOR_GOOD,
)
def blocks(bench: CardBench) -> str:
    with bench.wire() as wire:
        said = _block(bench, wire)
        demand_equal(wire.tries(), 0, "tries left")
        answer = wire.sign(_DIGEST)
        demand(not answer.data, "a blocked card signs")
        wire.open(MY_NUMBER.certificate_ef)
        demand(wire.read(0, 4).data, "the certificate of a blocked card cannot be read")
    return said


@Clause(
    "card.pin.stays_blocked",
    "A blocked PIN stays blocked over a loss of power.",
    "soltia48/myna-card README",
    "This case leaves the card blocked for good: a card for tests only.",
    spends=FOR_GOOD,
)
def stays_blocked(bench: CardBench) -> str:
    with bench.wire() as wire:
        _block(bench, wire)
    with bench.wire() as wire:
        wire.open_pin()
        sw = wire.verify(bench.facts.pin)
        demand(sw in BLOCKED, f"the right PIN is answered {sw:04X} after a loss of power")
    return f"{sw:04X}"


def _block(bench: CardBench, wire: CardWire) -> str:
    """Enter wrong PINs until none is left; the right one must be refused then."""
    wire.open_pin()
    said = [f"{wire.verify(bench.facts.wrong_pin):04X}" for _ in range(wire.tries())]
    demand(not said or said[-1] == f"{Sw.TRIES_LEFT:04X}", f"wrong PINs are answered {said}")
    sw = wire.verify(bench.facts.pin)
    demand(sw in BLOCKED, f"the right PIN is answered {sw:04X} when none is left")
    return f"{' '.join(said)}, then {sw:04X}"


CASES = (
    query_is_free,
    wrong_costs_one,
    right_restores,
    counter_survives,
    every_digit_counts,
    length_counts,
    ends_with_power,
    opens_its_own_only,
)
LAST = (blocks, stays_blocked)
"""Tried after everything else."""
