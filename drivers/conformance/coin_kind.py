"""The coin suite on the command line: `kiosk-drivers conform coin`."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from drivers.clock import Clock, SystemClock
from drivers.coin.contract import CoinVendorConfig
from drivers.coin.framing import Check
from drivers.coin.serial import SerialCoinVendor
from drivers.coin.virtual import (
    BillBuild,
    ChangerBuild,
    EscrowBuild,
    MachineBuild,
    Speeds,
    VirtualCoinMachine,
)
from drivers.conformance import coin_wrong_mdb
from drivers.conformance.coin_bench import CoinBench, CoinSetup
from drivers.conformance.coin_hands import PROMPTS, virtual
from drivers.conformance.coin_mdb import PERSON_S, open_mdb, replay_mdb
from drivers.conformance.coin_specimens import SPECIMENS
from drivers.conformance.coin_suite import SUITE
from drivers.conformance.hands import Ask, person, played
from drivers.conformance.kind import Budget, Kind, SetupError, driver_of
from drivers.conformance.transcript import Passage, PlayedClock, PlayedPort
from drivers.link.port import BytePort

_DEFAULT_HOPPERS = ("10=3", "50=4", "100=5", "500=6")
_BRISK = Speeds(fall_time_s=0.05, dispense_coin_s=0.15, empty_timeout_s=0.5, boot_s=0.2)
_BAUD = 9600
_VIRTUAL_S = 2.0
"""How long a virtual hand's act may take to show on the line."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of a coin line."""
    parser.add_argument("--port", default="", help="serial port; none: the virtual machine")
    parser.add_argument(
        "--protocol",
        choices=("cctalk", "mdb"),
        default="cctalk",
        help="what the line speaks; mdb is MDB/ICP behind a serial adapter (cctalk)",
    )
    parser.add_argument("--acceptor", type=int, default=2, help="ccTalk address (2)")
    parser.add_argument(
        "--hopper",
        action="append",
        metavar="YEN=ADDRESS",
        help="one hopper; several times (10=3 50=4 100=5 500=6)",
    )
    parser.add_argument("--bills", type=int, default=0, help="the bill validator's; 0 none (0)")
    parser.add_argument("--escrow", type=int, default=0, help="the coin escrow's; 0 none (0)")
    parser.add_argument("--checksum", choices=[c.value for c in Check], default="simple")
    parser.add_argument(
        "--profile", default="", metavar="TOML", help="departures of your devices, [[family]] rows"
    )
    parser.add_argument(
        "--driver",
        default="",
        metavar="PACKAGE.MODULE:CLASS",
        help="a CoinVendor of your own, made as CLASS(config, clock); its line need not be ccTalk",
    )
    parser.add_argument(
        "--no-cctalk", action="store_true", help="the driver's line is not ccTalk: try it alone"
    )


def setup(chosen: argparse.Namespace) -> dict[str, Any]:
    """The options as JSON values. Raises SetupError."""
    return {
        "port": chosen.port,
        "protocol": chosen.protocol,
        "acceptor": chosen.acceptor,
        "hoppers": hopper_addresses(chosen.hopper or _DEFAULT_HOPPERS),
        "bills": chosen.bills,
        "escrow": chosen.escrow,
        "checksum": chosen.checksum,
        "profile": chosen.profile,
        "driver": chosen.driver,
        "cctalk": not chosen.no_cctalk,
    }


def hopper_addresses(texts: Sequence[str]) -> dict[str, int]:
    """`["10=3", ...]` as face value -> address. Raises SetupError."""
    hoppers: dict[str, int] = {}
    for text in texts:
        yen, _, address = text.partition("=")
        if not (yen.isdigit() and address.isdigit()):
            raise SetupError(f"--hopper {text}: give YEN=ADDRESS, e.g. --hopper 10=3.")
        hoppers[yen] = int(address)
    return hoppers


def open_bench(settings: Mapping[str, Any], ask: Ask) -> tuple[CoinBench, Clock]:
    """A bench on a serial port with a person, or on a virtual machine behind a pty."""
    if _is_mdb(settings):
        return open_mdb(settings, ask, _BRISK)
    clock = SystemClock()
    if settings["port"]:
        made = _setup(settings, settings["port"])
        return CoinBench(made, person(ask, PROMPTS), clock), clock
    bills = BillBuild(address=settings["bills"]) if settings["bills"] else None
    escrow = EscrowBuild(address=settings["escrow"]) if settings["escrow"] else None
    build = MachineBuild(check=Check(settings["checksum"]), bills=bills, escrow=escrow)
    addresses = list(settings["hoppers"].values())
    if shared := [each for each in addresses if addresses.count(each) > 1]:
        changer = ChangerBuild(address=shared[0])
        build = replace(build, hoppers={}, changer=changer)
    machine = VirtualCoinMachine(clock, build, speeds=_BRISK)
    return PtyCoinBench(machine, settings, clock), clock


class PtyCoinBench(CoinBench):
    """A virtual machine behind a pseudo terminal, taken away at the end."""

    def __init__(
        self, machine: VirtualCoinMachine, settings: Mapping[str, Any], clock: Clock
    ) -> None:
        self._machine = machine
        super().__init__(_setup(settings, machine.serve_pty()), virtual(machine), clock)

    def close(self) -> None:
        self._machine.close()


def replay(settings: Mapping[str, Any], passages: tuple[Passage, ...]) -> tuple[CoinBench, Clock]:
    """A bench whose line, hands and time are the recording of one case."""
    if _is_mdb(settings):
        return replay_mdb(settings, passages)
    clock = PlayedClock()
    line = PlayedPort(passages, clock)
    made = replace(_setup(settings, "recorded"), open_port=lambda: line)
    return CoinBench(made, played(passages), clock), clock


def _is_mdb(settings: Mapping[str, Any]) -> bool:
    # Runs that were recorded before there was a choice are ccTalk's.
    return bool(settings.get("protocol", "cctalk") == "mdb")


def _config(settings: Mapping[str, Any], port: str) -> CoinVendorConfig:
    return CoinVendorConfig(
        port=port,
        acceptor=settings["acceptor"],
        hoppers=settings["hoppers"],
        bills=settings["bills"],
        escrow=settings.get("escrow", 0),
        checksum=settings["checksum"],
        profiles=settings["profile"],
    )


def _setup(settings: Mapping[str, Any], port: str) -> CoinSetup:
    open_vendor, takes_port = driver_of(settings["driver"], SerialCoinVendor, "open_port")
    return CoinSetup(
        _config(settings, port),
        lambda: _open_serial(port),
        open_vendor,
        has_wire=settings["cctalk"],
        gives_port=takes_port,
        patience_s=_patience_s(settings),
    )


def _patience_s(settings: Mapping[str, Any]) -> float:
    """A virtual hand is quick."""
    return PERSON_S if settings["port"] else _VIRTUAL_S


def _open_serial(port: str) -> BytePort:
    from drivers.link.serial_port import SerialLine, SerialPort

    return SerialPort(SerialLine(path=port, baud=_BAUD))


def _cheapest_yen(settings: Mapping[str, Any]) -> int:
    return min((int(yen) for yen in settings["hoppers"]), default=0)


KIND: Kind[CoinBench] = Kind(
    suite=SUITE,
    budget=Budget("--budget-yen", "what the cases may pay out", _cheapest_yen),
    add_arguments=add_arguments,
    setup=setup,
    open=open_bench,
    replay=replay,
    specimens=(*SPECIMENS, *coin_wrong_mdb.SPECIMENS),
)
