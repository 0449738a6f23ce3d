"""Coin machines to show to the suite: right ones of several builds, and wrong ones.

They live on a line without a wire and by a clock that only moves when somebody waits, so that
all cases on all of them take seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from drivers.clock import Clock, VirtualClock
from drivers.coin.contract import CoinVendor, CoinVendorConfig
from drivers.coin.framing import Check
from drivers.coin.serial import SerialCoinVendor
from drivers.coin.virtual import MachineBuild, VirtualCoinMachine
from drivers.conformance import (
    coin_wrong_acceptors,
    coin_wrong_bills,
    coin_wrong_drivers,
    coin_wrong_hoppers,
    coin_wrong_lines,
)
from drivers.conformance.coin_bench import CoinBench, CoinSetup
from drivers.conformance.coin_builds import BILLS, OTHER, PLAIN, SCH1, SCH2
from drivers.conformance.coin_hands import virtual
from drivers.conformance.coin_lines import OpenPort
from drivers.conformance.coin_wrong import WrongDevice
from drivers.conformance.coin_wrong_drivers import WrongDriver
from drivers.conformance.proof import Specimen
from drivers.link.memory import MemoryPort

MachineKind = Callable[[Clock, MachineBuild], VirtualCoinMachine]
VendorKind = Callable[[CoinVendorConfig, Clock, OpenPort], CoinVendor]


def our_driver(config: CoinVendorConfig, clock: Clock, open_port: OpenPort) -> CoinVendor:
    """The driver that the terminal uses."""
    return SerialCoinVendor(config, clock, open_port=open_port)


@dataclass(frozen=True, slots=True)
class Stand:
    """A machine and a driver, not yet built."""

    build: MachineBuild = field(default_factory=MachineBuild)
    machine: MachineKind = VirtualCoinMachine
    vendor: VendorKind = our_driver

    def open(self) -> tuple[CoinBench, Clock]:
        """A fresh bench with them, and its clock."""
        clock = VirtualClock()
        machine = self.machine(clock, self.build)
        line = MemoryPort(machine.receive, clock)
        config = CoinVendorConfig(
            port="memory",
            acceptor=self.build.acceptor.address,
            hoppers={str(yen): hopper.address for yen, hopper in self.build.hoppers.items()},
            bills=self.build.bills.address if self.build.bills else 0,
            checksum=self.build.check.value,
        )
        setup = CoinSetup(config, line.reopen, self.vendor)
        return CoinBench(setup, virtual(machine), clock), clock


RIGHT: tuple[Specimen[CoinBench], ...] = (
    Specimen("plain", "simple checksum, echo, hoppers keyed by serial number", Stand(PLAIN).open),
    Specimen("crc", "CRC, no echo", Stand(replace(PLAIN, check=Check.CRC, echo=False)).open),
    Specimen(
        "sch2",
        "CRC; hoppers that want header 160 first, eight bytes, and count refusals",
        Stand(replace(SCH2, check=Check.CRC)).open,
    ),
    Specimen(
        "sch1",
        "hoppers without a dispense count that answer a plain ACK",
        Stand(SCH1).open,
    ),
    Specimen("bills", "with a bill validator that holds each bill", Stand(BILLS).open),
    Specimen(
        "other",
        "another address, credits that are values, a dummy first event, no accept counter, "
        "no watchdog; hoppers that answer with the counter before",
        Stand(OTHER).open,
    ),
)


def _wrong(device: WrongDevice) -> Specimen[CoinBench]:
    stand = Stand(device.build, device.machine)
    return Specimen(device.name, device.what, stand.open, device.killers)


def _wrong_driver(driver: WrongDriver) -> Specimen[CoinBench]:
    stand = Stand(driver.build, vendor=driver.vendor)
    return Specimen(driver.name, driver.what, stand.open, driver.killers)


WRONG_DEVICES: tuple[WrongDevice, ...] = (
    *coin_wrong_acceptors.WRONG,
    *coin_wrong_bills.WRONG,
    *coin_wrong_hoppers.WRONG,
    *coin_wrong_lines.WRONG,
)
SPECIMENS: tuple[Specimen[CoinBench], ...] = (
    *RIGHT,
    *(_wrong(device) for device in WRONG_DEVICES),
    *(
        Specimen(
            driver.name, driver.what, Stand(driver.build, vendor=driver.vendor).open, driver.killers
        )
        for driver in coin_wrong_drivers.WRONG
    ),
)
