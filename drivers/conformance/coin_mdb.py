"""An MDB machine on the coin bench: the driver is tried through the adapter, the bus is its own.

The cases that speak ccTalk themselves say that they do not apply; all that ask the driver do.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from drivers.clock import Clock, SystemClock, VirtualClock
from drivers.coin.contract import CoinVendor, CoinVendorConfig
from drivers.coin.mdb.adapter import BAUD
from drivers.coin.mdb.tables import CHANGER, NON_RESPONSE_S, VALIDATOR
from drivers.coin.mdb.vendor import MdbCoinVendor
from drivers.coin.mdb.virtual import MdbBillBuild, MdbBuild, MdbChangerBuild, VirtualMdbMachine
from drivers.coin.mdb.words import meaning
from drivers.coin.virtual import Speeds
from drivers.conformance.coin_bench import CoinBench, CoinSetup
from drivers.conformance.coin_hands import PROMPTS, virtual
from drivers.conformance.coin_lines import OpenPort
from drivers.conformance.hands import Ask, person, played
from drivers.conformance.kind import driver_of
from drivers.conformance.transcript import Passage, PlayedClock, PlayedPort
from drivers.link.memory import MemoryPort
from drivers.link.port import BytePort

_BEYOND_SILENCE_S = 1.0
_PATIENCE_S = NON_RESPONSE_S[CHANGER] + _BEYOND_SILENCE_S
"""A virtual hand is quick, but silence is borne for the non-response time."""
PERSON_S = 20.0
"""How long an act by hand may take to show on the line."""
_ORDERS = (b"0D", b"0F02")


class MdbCoinBench(CoinBench):
    """A coin bench whose line is an MDB adapter."""

    @property
    def addresses(self) -> tuple[int, ...]:
        """The changer is one device, whatever it holds."""
        return (CHANGER, *((VALIDATOR,) if self.bills else ()))

    @staticmethod
    def dispense_command(raw: bytes) -> bool:
        """True for a line that has coins paid."""
        return raw.startswith(_ORDERS)

    def _meaning(self, raw: bytes) -> str:
        return meaning(raw)

    def _secret(self, raw: bytes) -> bool:
        del raw  # nothing on this bus is
        return False


def config(port: str, *, bills: bool, values: tuple[int, ...]) -> CoinVendorConfig:
    """What the driver is told: one changer, and perhaps a validator."""
    return CoinVendorConfig(
        port=port,
        protocol="mdb",
        hoppers={str(yen): CHANGER for yen in values},
        bills=VALIDATOR if bills else 0,
    )


def open_serial(port: str) -> BytePort:
    """The adapter's port."""
    from drivers.link.serial_port import SerialLine, SerialPort

    return SerialPort(SerialLine(path=port, baud=BAUD))


def _our_driver(given: CoinVendorConfig, clock: Clock, open_port: OpenPort) -> CoinVendor:
    return MdbCoinVendor(given, clock, open_port)


class PtyMdbBench(MdbCoinBench):
    """A virtual MDB machine behind a pseudo terminal, taken away at the end."""

    def __init__(self, machine: VirtualMdbMachine, made: CoinSetup, clock: Clock) -> None:
        self._machine = machine
        super().__init__(made, virtual(machine), clock)

    def close(self) -> None:
        self._machine.close()


def open_mdb(settings: Mapping[str, Any], ask: Ask, speeds: Speeds) -> tuple[CoinBench, Clock]:
    """A bench on an adapter's port with a person, or on a virtual machine behind a pty."""
    clock = SystemClock()
    if settings["port"]:
        made = mdb_setup(settings, settings["port"], PERSON_S)
        return MdbCoinBench(made, person(ask, PROMPTS), clock), clock
    build = MdbBuild(bills=MdbBillBuild()) if settings["bills"] else MdbBuild()
    machine = VirtualMdbMachine(clock, build, speeds=speeds)
    return PtyMdbBench(machine, mdb_setup(settings, machine.serve_pty()), clock), clock


def replay_mdb(
    settings: Mapping[str, Any], passages: tuple[Passage, ...]
) -> tuple[CoinBench, Clock]:
    """A bench whose line, hands and time are the recording of one case."""
    clock = PlayedClock()
    line = PlayedPort(passages, clock)
    made = replace(mdb_setup(settings, "recorded"), open_port=lambda: line)
    return MdbCoinBench(made, played(passages), clock), clock


def mdb_setup(settings: Mapping[str, Any], port: str, patience_s: float = 0.0) -> CoinSetup:
    """Our driver, or the one that is named, on that port."""
    values = tuple(int(yen) for yen in settings["hoppers"])
    open_vendor, takes_port = driver_of(settings["driver"], MdbCoinVendor, "open_port")
    return CoinSetup(
        config(port, bills=bool(settings["bills"]), values=values),
        lambda: open_serial(port),
        open_vendor,
        has_wire=False,
        gives_port=takes_port,
        patience_s=patience_s or _PATIENCE_S,
    )


MachineKind = Callable[[Clock, MdbBuild], VirtualMdbMachine]
PLAIN = MdbBuild()
BILLS = MdbBuild(bills=MdbBillBuild())
LEVEL_2 = MdbBuild(MdbChangerBuild(level=2, country=0x0081))


def opener(
    build: MdbBuild = PLAIN, kind: MachineKind = VirtualMdbMachine
) -> Callable[[], tuple[CoinBench, Clock]]:
    """Makes a fresh bench with such a machine, on a line without a wire."""

    def made() -> tuple[CoinBench, Clock]:
        clock = VirtualClock()
        machine = kind(clock, build)
        line = MemoryPort(machine.receive, clock)
        values = tuple(build.changer.pieces)
        given = config("memory", bills=build.bills is not None, values=values)
        setup = CoinSetup(given, line.reopen, _our_driver, has_wire=False, patience_s=_PATIENCE_S)
        return MdbCoinBench(setup, virtual(machine), clock), clock

    return made
