"""Coin cases: who is there. Source: ccTalk Generic Specification 4.7, Parts 2 and 3."""

from collections.abc import Mapping

from drivers.coin.protocol import decode_encryption
from drivers.coin.tables import ENCRYPTION_QUESTION, Category, Header
from drivers.conformance.case import Clause, demand, demand_equal
from drivers.conformance.coin_bench import CoinBench

_PRINTABLE = range(0x20, 0x7F)
_TEXTS: Mapping[Header, tuple[int, int]] = {
    Header.MANUFACTURER: (3, 32),
    Header.PRODUCT: (3, 16),
    Header.SOFTWARE: (3, 32),
    Header.BUILD: (3, 32),
}
"""Text headers and how long their answers may be. Source: Part 3 Table 8."""
_ACCEPTOR_MINIMUM: Mapping[Header, bytes] = {
    Header.SELF_CHECK: b"",
    Header.INHIBITS: b"",
    Header.CREDITS: b"",
    Header.MASTER_INHIBIT: b"",
    Header.STORAGE: b"",
    Header.ROM_CHECKSUM: b"",
    Header.COIN_ID: b"\1",
}
_HOPPER_MINIMUM = (
    Header.LEVEL,
    Header.STORAGE,
    Header.HOPPER_COIN,
    Header.HOPPER_STATUS,
    Header.TEST_HOPPER,
)
_LIMIT_S = 5.0


@Clause(
    "coin.identity.category",
    "Each address answers with the category of its device, in exact letters.",
    "ccTalk 4.7 Part 2 §3.11, Part 3 Table 1",
    "The address is another device's, or its firmware is missing (category Bootloader).",
)
def category(bench: CoinBench) -> str:
    with bench.wire() as wire:
        said = wire.ask(bench.acceptor, Header.CATEGORY).decode("ascii", "replace")
        demand_equal(said, Category.COIN_ACCEPTOR.value, f"category of address {bench.acceptor}")
        for address in bench.hoppers.values():
            said = wire.ask(address, Header.CATEGORY).decode("ascii", "replace")
            demand_equal(said, Category.PAYOUT.value, f"category of address {address}")
        for address, kind in ((bench.escrow, Category.ESCROW), (bench.changer, Category.CHANGER)):
            if address:
                said = wire.ask(address, Header.CATEGORY).decode("ascii", "replace")
                demand_equal(said, kind.value, f"category of address {address}")
    return f"one acceptor, {len(bench.hoppers)} hoppers"


@Clause(
    "coin.identity.texts",
    "Manufacturer, product, software and build are printable ASCII of the specified length.",
    "ccTalk 4.7 Part 2 §3.10, §3.12, §3.15, §3.62; Part 3 Table 8",
    "Quirk profiles are found by these texts: they must be legible and constant.",
)
def texts(bench: CoinBench) -> str:
    with bench.wire() as wire:
        for address in bench.addresses:
            for header, (least, most) in _TEXTS.items():
                said = wire.ask(address, header)
                where = f"address {address}, header {header.value}"
                demand(least <= len(said) <= most, f"{where}: {len(said)} characters")
                demand(all(byte in _PRINTABLE for byte in said), f"{where}: {said.hex(' ')}")
                demand_equal(wire.ask(address, header), said, f"{where}, asked again")
    return f"{len(_TEXTS)} texts of {len(bench.addresses)} devices"


@Clause(
    "coin.identity.serial",
    "The serial number is the same before and after a reset.",
    "ccTalk 4.7 Part 2 §3.14",
    "After a crash the host knows the device by its serial number; it must live in the device.",
)
def serial(bench: CoinBench) -> str:
    with bench.wire() as wire:
        for address in bench.addresses:
            before = wire.ask(address, Header.SERIAL)
            wire.ask(address, Header.RESET)
            bench.await_boot(wire, address)
            demand_equal(
                wire.ask(address, Header.SERIAL).hex(" "), before.hex(" "),
                f"serial number of address {address} after a reset",
            )  # fmt: skip
    return "kept by all devices"


@Clause(
    "coin.identity.distinct",
    "No two devices of one kind have the same serial number.",
    "drivers/coin/contract.py DispenseTicket.serial",
    "A payout that was broken off is looked up by serial number: two hoppers must differ.",
)
def distinct(bench: CoinBench) -> str:
    with bench.wire() as wire:
        said = [wire.ask(address, Header.SERIAL) for address in bench.hoppers.values()]
    demand(len(set(said)) == len(said), "two hoppers have the same serial number")
    return f"{len(said)} different numbers"


@Clause(
    "coin.identity.in_the_clear",
    "No device demands encryption.",
    "ccTalk 4.7 Part 2 §3.141",
    "Order the unencrypted variant, or have it configured so.",
)
def in_the_clear(bench: CoinBench) -> str:
    with bench.wire() as wire:
        for address in bench.addresses:
            answer = wire.knows(address, Header.ENCRYPTION, ENCRYPTION_QUESTION)
            demand(
                answer is None or not decode_encryption(answer).demanded,
                f"address {address} demands encryption",
            )
    return "all can be used in the clear"


@Clause(
    "coin.identity.acceptor_minimum",
    "The acceptor answers every header of the minimum set, as long as specified.",
    "ccTalk 4.7 Part 3 Appendix 13 §7.8",
    "A header of the minimum set is missing, or its answer has another length.",
)
def acceptor_minimum(bench: CoinBench) -> str:
    with bench.wire() as wire:
        for header, data in _ACCEPTOR_MINIMUM.items():
            wire.ask(bench.acceptor, header, data)
        revision = wire.ask(bench.acceptor, Header.COMMS_REVISION)
    demand_equal(len(revision), 3, "length of the comms revision")
    return f"{len(_ACCEPTOR_MINIMUM)} headers, comms revision {'.'.join(map(str, revision))}"


@Clause(
    "coin.identity.hopper_minimum",
    "Every hopper answers every header of the minimum set that moves nothing.",
    "ccTalk 4.7 Part 3 Appendix 13 §6.1",
    "A header of the minimum set is missing, or its answer has another length.",
)
def hopper_minimum(bench: CoinBench) -> str:
    with bench.wire() as wire:
        for address in bench.hoppers.values():
            for header in _HOPPER_MINIMUM:
                wire.ask(address, header)
            registers = len(wire.ask(address, Header.TEST_HOPPER))
            total = wire.knows(address, Header.DISPENSE_COUNT) is not None
            bench.saw(address, registers=registers, has_total=total)
    return f"{len(_HOPPER_MINIMUM)} headers of {len(bench.hoppers)} hoppers"


@Clause(
    "coin.identity.capabilities",
    "The driver names every configured device within 5 s, and the same ones when asked again.",
    "drivers/coin/contract.py CoinVendor.capabilities",
    "One line a device: address, category, maker, product, serial number.",
)
def capabilities(bench: CoinBench) -> str:
    with bench.vendor() as vendor:
        start_s = bench.clock.monotonic_s()
        first = vendor.capabilities()
        took_s = bench.clock.monotonic_s() - start_s
        demand_equal(vendor.capabilities(), first, "capabilities asked again")
    demand_equal(len(first.devices), len(bench.addresses), "devices named")
    demand_equal(first.dispenses, frozenset(bench.payable), "face values that can be paid out")
    demand(first.accepts, "no face value can be taken in")
    demand(took_s <= _LIMIT_S, f"it took {took_s:.1f} s")
    return f"{len(first.devices)} devices, takes {sorted(first.accepts)}"


CASES = (
    category,
    texts,
    serial,
    distinct,
    in_the_clear,
    acceptor_minimum,
    hopper_minimum,
    capabilities,
)
