"""Coin cases: what a hopper must refuse. Source: ccTalk Generic Specification 4.7."""

from drivers.coin.tables import DISABLED, Header, Key
from drivers.conformance.case import Clause, NotApplicable, demand, demand_equal
from drivers.conformance.coin_bench import CoinBench
from drivers.conformance.coin_talk import HopperTalk, has_flag, hopper_on, refused

_NOT_ENABLE = b"\x5a"
_SETTLE_S = 1.0


@Clause(
    "coin.payout.disabled_at_first",
    "After a reset a hopper is disabled, says so, and pays nothing.",
    "ccTalk 4.7 Part 2 §3.89, §3.90.1.8",
    "A host that died must not leave a hopper that anybody can make pay.",
    hands=True,
    spends=1,
)
def disabled_at_first(bench: CoinBench) -> str:
    with hopper_on(bench) as hopper:
        hopper.clear_tray()
        hopper.enable()
        hopper.reset()
        before = hopper.count()
        demand(
            has_flag(hopper.ask(Header.TEST_HOPPER), DISABLED), "the flag 'payout disabled' is off"
        )
        demand(refused(hopper.dispense(1)), "a dispense was acknowledged by a disabled hopper")
        _demand_unpaid(bench, hopper, before, "after a refused dispense")
    return "refused, nothing paid"


@Clause(
    "coin.payout.disabled_again",
    "A hopper that was enabled and then disabled pays nothing.",
    "ccTalk 4.7 Part 2 §3.89",
    "Any enable code but 165 disables.",
    hands=True,
    spends=2,
)
def disabled_again(bench: CoinBench) -> str:
    with hopper_on(bench) as hopper:
        hopper.clear_tray()
        before = hopper.count()
        for code in (b"\0", _NOT_ENABLE):
            hopper.enable()
            hopper.ask(Header.ENABLE_HOPPER, code)
            demand(refused(hopper.dispense(1)), f"obeyed after enable code {code[0]}")
        _demand_unpaid(bench, hopper, before, "after being disabled")
    return "refused after 0 and after 90"


@Clause(
    "coin.payout.wrong_key",
    "A dispense with another device's key is refused and pays nothing.",
    "ccTalk 4.7 Part 2 §3.86",
    "The key is what keeps others on the line from making it pay.",
    hands=True,
    spends=1,
)
def wrong_key(bench: CoinBench) -> str:
    with hopper_on(bench) as hopper:
        if hopper.quirks.key is not Key.SERIAL3:
            raise NotApplicable(f"this family wants no key of its own ({hopper.quirks.key.value})")
        hopper.clear_tray()
        before = hopper.count()
        hopper.enable()
        for place in range(len(hopper.serial)):
            wrong = bytearray(hopper.serial)
            wrong[place] ^= 1
            demand(
                refused(hopper.dispense(1, bytes(wrong))),
                f"a key that is wrong in byte {place + 1} was acknowledged",
            )
        _demand_unpaid(bench, hopper, before, "after a wrong key")
    return f"refused, whichever of {len(hopper.serial)} bytes was wrong; nothing paid"


@Clause(
    "coin.payout.cipher_first",
    "A family that wants header 160 before each dispense refuses without it.",
    "Money Controls SCH2 manual TSP016",
    "The profile says that it is needed, and it is not: correct the profile.",
    hands=True,
    spends=1,
)
def cipher_first(bench: CoinBench) -> str:
    with bench.wire() as wire:
        hopper = HopperTalk(bench, wire)
        if not hopper.quirks.needs_cipher_request:
            raise NotApplicable("this family does not want header 160")
        hopper.clear_tray()
        before = hopper.count()
        hopper.enable()
        answer = wire.reply(bench.hoppers[hopper.yen], Header.DISPENSE, bytes(8) + b"\1")
        demand(refused(answer), "obeyed without header 160 before it")
        _demand_unpaid(bench, hopper, before, "without header 160")
    return "refused without it"


@Clause(
    "coin.payout.refusal",
    "A refused dispense leaves the dispense count as it was.",
    "ccTalk 4.7 Part 2 §3.85; Part 4 §2.3.2",
    "The event counter may move with a refusal, the dispense count may not.",
    hands=True,
    spends=1,
)
def refusal(bench: CoinBench) -> str:
    with hopper_on(bench) as hopper:
        hopper.clear_tray()
        hopper.ask(Header.ENABLE_HOPPER, b"\0")
        counter, total = hopper.status().counter, hopper.count()
        demand(refused(hopper.dispense(1)), "a disabled hopper obeyed")
        moved = hopper.status().counter != counter
        _demand_unpaid(bench, hopper, total, "after a refusal")
        bench.saw(bench.hoppers[hopper.yen], counts_refusals=moved)
    return f"the event counter {'moves' if moved else 'stays'} with a refusal"


@Clause(
    "coin.payout.zero",
    "Asked for no coin it pays none, and answers the next question.",
    "TSP016",
    "The host never asks for none; noise might.",
    hands=True,
    spends=1,
)
def zero(bench: CoinBench) -> str:
    with hopper_on(bench) as hopper:
        hopper.clear_tray()
        total = hopper.count()
        hopper.enable()
        answer = hopper.dispense(0)
        _demand_unpaid(bench, hopper, total, "after a dispense of none")
    return "refused" if refused(answer) else "acknowledged, nothing paid"


def _demand_unpaid(bench: CoinBench, hopper: HopperTalk, before: int, why: str) -> None:
    """Nothing was paid, by the hopper's own count and by the tray."""
    bench.clock.sleep(_SETTLE_S)
    demand_equal(hopper.finish().remaining, 0, "coins remaining")
    if hopper.quirks.has_total:
        demand_equal(hopper.total(), before, f"dispense count {why}")
    lying = bench.hands.take_tray()
    demand_equal(lying, 0, f"yen in the tray {why}")


CASES = (disabled_at_first, disabled_again, wrong_key, cipher_first, refusal, zero)
