"""Coin cases: money out, asked of the driver. Source: the methods of drivers/coin/contract.py."""

from contextlib import suppress

from drivers.coin.contract import CoinVendor, DispenseResult, Evidence
from drivers.conformance.case import Clause, NotApplicable, Violation, demand, demand_equal
from drivers.conformance.coin_bench import CoinBench, calm
from drivers.conformance.coin_lines import HostKilled
from drivers.errors import DeviceError

_CONTRACT = "drivers/coin/contract.py"
_NO_COIN = 7
_MANY = 256
_PREPARED = (2, 16, 127, 128, 255)
_SETTLE_S = 1.0


def _demand_said(result: DispenseResult, pieces: int) -> None:
    """The driver says that so many were paid, counted by the device."""
    demand_equal(
        (result.paid, result.evidence), (pieces, Evidence.DEVICE_COUNTED), "paid and evidence"
    )


def _demand_paid(bench: CoinBench, result: DispenseResult, pieces: int) -> None:
    """So many are said to be paid, and lie in the tray."""
    _demand_said(result, pieces)
    bench.demand_tray(pieces * bench.paid)


def _identified(vendor: CoinVendor) -> None:
    vendor.capabilities()
    vendor.resume(None)


@Clause(
    "coin.paying.prepare",
    "`prepare` moves nothing, and refuses what cannot be paid with a DeviceError.",
    f"{_CONTRACT} CoinVendor.prepare",
    "1 to 255 pieces of a value that a hopper holds.",
    hands=True,
    spends=1,
)
def prepare(bench: CoinBench) -> str:
    with bench.ready() as vendor:
        for yen, pieces in ((bench.paid, 0), (bench.paid, _MANY), (_NO_COIN, 1)):
            try:
                vendor.prepare(yen, pieces)
            except DeviceError:
                continue
            raise Violation(f"{pieces} pieces of ¥{yen} were not refused")
        for pieces in _PREPARED:
            with suppress(DeviceError):  # a payer may know that it has not so many
                ticket = vendor.prepare(bench.paid, pieces)
                demand_equal((ticket.yen, ticket.pieces), (bench.paid, pieces), "ticket")
        demand_equal(vendor.prepare(bench.paid, 1).pieces, 1, "pieces of a ticket")
    bench.demand_tray(0)
    return "nothing moved; 0 and 256 pieces and ¥7 refused"


@Clause(
    "coin.paying.exact",
    "`dispense` pays what the ticket says and says what it paid, counted by the device.",
    f"{_CONTRACT} CoinVendor.dispense",
    "What is said to be paid is what lies in the tray.",
    hands=True,
    spends=2,
)
def exact(bench: CoinBench) -> str:
    with bench.ready() as vendor, bench.stopwatch.span("dispense of two"):
        result = vendor.dispense(vendor.prepare(bench.paid, 2))
    demand_equal(result.reason, "", "reason")
    _demand_paid(bench, result, 2)
    return "two asked, two said, two in the tray"


@Clause(
    "coin.paying.each",
    "Each face value is paid in its own coin: one asked, one said, one in the tray.",
    f"{_CONTRACT} CoinVendor.dispense",
    "Each hopper or tube must hold what it is configured for, and count what leaves it.",
    hands=True,
    spends=lambda bench: sum(bench.payable) // bench.paid,
)
def each(bench: CoinBench) -> str:
    with bench.ready() as vendor:
        for yen in bench.payable:
            _demand_said(vendor.dispense(vendor.prepare(yen, 1)), 1)
            bench.demand_tray(yen)
    return ", ".join(f"¥{yen}" for yen in bench.payable)


@Clause(
    "coin.paying.once",
    "A ticket dispensed twice pays once.",
    f"{_CONTRACT} CoinVendor.dispense; ccTalk 4.7 Part 1 §12.1",
    "The counters of the ticket show that it was obeyed: do not send the command again.",
    hands=True,
    spends=2,
)
def once(bench: CoinBench) -> str:
    with bench.ready() as vendor:
        ticket = vendor.prepare(bench.paid, 1)
        first = vendor.dispense(ticket)
        second = vendor.dispense(ticket)
    demand_equal(second, first, "result of the second `dispense`")
    _demand_paid(bench, first, 1)
    return "paid once, the same result"


@Clause(
    "coin.paying.resolve_unpaid",
    "`resolve` of a ticket that was never dispensed says not started, and moves nothing.",
    f"{_CONTRACT} CoinVendor.resolve",
    "Asked after a crash before the command went out.",
    hands=True,
    spends=1,
)
def resolve_unpaid(bench: CoinBench) -> str:
    with bench.ready() as vendor:
        ticket = vendor.prepare(bench.paid, 1)
    with bench.vendor() as again:
        for _ in range(2):
            result = again.resolve(ticket)
            demand_equal((result.paid, result.evidence), (0, Evidence.NOT_STARTED), "verdict")
    bench.demand_tray(0)
    return "not started, twice the same"


@Clause(
    "coin.paying.resolve_paid",
    "`resolve` by a new driver says of a paid ticket what was paid, as often as it is asked.",
    f"{_CONTRACT} CoinVendor.resolve",
    "The ticket and the device's counters are all it needs.",
    hands=True,
    spends=2,
)
def resolve_paid(bench: CoinBench) -> str:
    with bench.ready() as vendor:
        ticket = vendor.prepare(bench.paid, 2)
        vendor.dispense(ticket)
    with bench.vendor() as again:
        for _ in range(2):
            _demand_said(again.resolve(ticket), 2)
    bench.demand_tray(2 * bench.paid)
    return "two paid, twice the same"


@Clause(
    "coin.paying.host_death",
    "A host killed right after the dispense command finds by `resolve` what was paid, and a "
    "second `dispense` of the ticket pays no more.",
    f"{_CONTRACT} CoinVendor.resolve, CoinVendor.dispense",
    "Nothing may be remembered by the driver that the device can be asked for.",
    hands=True,
    spends=4,
)
def host_death(bench: CoinBench) -> str:
    bench.hands.take_tray()
    with bench.mortal() as (vendor, kill):
        _identified(vendor)
        ticket = vendor.prepare(bench.paid, 2)
        kill.after_dispense()
        try:
            vendor.dispense(ticket)
        except HostKilled:
            pass
        else:
            raise NotApplicable("the driver's commands cannot be told apart on this line")
    with bench.vendor() as again:
        _demand_said(again.resolve(ticket), 2)
        _demand_said(again.dispense(ticket), 2)
    bench.demand_tray(2 * bench.paid)
    return "two paid, found, not paid again"


@Clause(
    "coin.paying.lost_command",
    "A dispense command lost on the way is found out, and the ticket is paid once.",
    f"{_CONTRACT} CoinVendor.dispense",
    "Counters as before the command: it was not obeyed, and only then may it be sent again.",
    hands=True,
    spends=2,
)
def lost_command(bench: CoinBench) -> str:
    bench.hands.take_tray()
    with bench.spoiled() as (vendor, spoil):
        _identified(vendor)
        ticket = vendor.prepare(bench.paid, 1)
        spoil.lose_command(bench.dispense_command)
        result = vendor.dispense(ticket)
        struck = spoil.struck
    if not struck:
        raise NotApplicable("the driver's commands cannot be told apart on this line")
    if result.evidence is Evidence.NOT_STARTED:
        bench.demand_tray(0)
        return "not started, and said so"
    _demand_paid(bench, result, 1)
    return "paid once"


@Clause(
    "coin.paying.lost_answer",
    "The answer to a dispense command lost on the way changes nothing: the ticket is paid once.",
    f"{_CONTRACT} CoinVendor.dispense; ccTalk 4.7 Part 1 §12.1",
    "Never send it again because no answer came: ask the counters.",
    hands=True,
    spends=3,
)
def lost_answer(bench: CoinBench) -> str:
    bench.hands.take_tray()
    with bench.spoiled() as (vendor, spoil):
        _identified(vendor)
        ticket = vendor.prepare(bench.paid, 1)
        spoil.lose_answer(bench.dispense_command)
        result = vendor.dispense(ticket)
        struck = spoil.struck
    if not struck:
        raise NotApplicable("the driver's commands cannot be told apart on this line")
    _demand_paid(bench, result, 1)
    return "paid once"


@Clause(
    "coin.paying.empty",
    "A hopper that runs empty pays what it has; the result says how many, and why not more.",
    f"{_CONTRACT} DispenseResult",
    "`paid` is exact, `reason` is coin.hopper_empty.",
    hands=True,
    spends=1,
)
def empty(bench: CoinBench) -> str:
    bench.hands.leave_in_hopper(bench.paid, 1)
    with bench.ready() as vendor:
        ticket = vendor.prepare(bench.paid, 3)
        result = vendor.dispense(ticket)
    with bench.vendor() as again:
        later = again.resolve(ticket)
    bench.hands.fill_hopper(bench.paid)
    demand_equal(result.reason, "coin.hopper_empty", "reason")
    _demand_paid(bench, result, 1)
    demand_equal(later.paid, 1, "paid, asked of `resolve` by a new driver")
    return "one of three, coin.hopper_empty; `resolve` says the same"


@Clause(
    "coin.paying.cable",
    "With the line cut `dispense` raises nothing and says unknown; `resolve` knows later.",
    f"{_CONTRACT} CoinVendor.dispense, CoinVendor.resolve",
    "What cannot be asked is unknown, never assumed.",
    hands=True,
    spends=1,
)
def cable(bench: CoinBench) -> str:
    with bench.ready() as vendor:
        ticket = vendor.prepare(bench.paid, 1)
        bench.hands.cut_cable()
        first = calm(lambda: vendor.dispense(ticket))
        demand_equal(first.evidence, Evidence.UNKNOWN, "evidence with the line cut")
        bench.hands.restore_cable()
        later = calm(lambda: vendor.resolve(ticket))
        demand(later.evidence is not Evidence.UNKNOWN, "`resolve` still does not know")
    bench.demand_tray(later.paid * bench.paid)
    return f"unknown, later {later.evidence.value}, {later.paid} paid"


@Clause(
    "coin.paying.power",
    "Whatever `dispense` says of a hopper that lost power before it is true, or unknown.",
    f"{_CONTRACT} DispenseResult",
    "A counter that was reset is no proof by itself.",
    hands=True,
    spends=1,
)
def power(bench: CoinBench) -> str:
    with bench.ready() as vendor:
        ticket = vendor.prepare(bench.paid, 1)
        bench.hands.power_cycle()
        result = calm(lambda: vendor.dispense(ticket))
        if result.evidence is Evidence.UNKNOWN:
            result = vendor.resolve(ticket)
    bench.clock.sleep(_SETTLE_S)
    lying = bench.hands.take_tray()
    said = result.paid * bench.paid
    demand(
        result.evidence is Evidence.UNKNOWN or said == lying,
        f"¥{said} are said to be paid, ¥{lying} lie in the tray",
    )
    return f"{result.evidence.value}, ¥{lying} in the tray"


CASES = (
    prepare,
    exact,
    each,
    once,
    resolve_unpaid,
    resolve_paid,
    host_death,
    lost_command,
    lost_answer,
    empty,
    cable,
    power,
)
