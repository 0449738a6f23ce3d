"""The card suite on the command line: `kiosk-drivers conform card`."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drivers.bench.pcscd import PrivatePcscd
from drivers.card.cardfile import CardFile, CardFileError, read_card_file
from drivers.card.contract import CardReaderConfig, Presence
from drivers.card.pcsc import PcscCardReader
from drivers.card.pcsc_service import PcscService
from drivers.card.vpcd import VirtualSlot
from drivers.clock import Clock, SystemClock
from drivers.conformance import card_wrong_drivers, card_wrong_files, card_wrong_pin
from drivers.conformance.card_bench import CardBench, CardSetup, OpenReader
from drivers.conformance.card_facts import facts_of, read_facts
from drivers.conformance.card_hands import PROMPTS, at_slot
from drivers.conformance.card_specimens import RIGHT
from drivers.conformance.card_suite import SUITE
from drivers.conformance.hands import Ask, person
from drivers.conformance.kind import Budget, Kind, SetupError, driver_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of a card reader."""
    parser.add_argument(
        "--reader",
        default="",
        metavar="NAME",
        help="part of the PC/SC reader's name; none: a virtual card behind a private pcscd",
    )
    parser.add_argument(
        "--card-file",
        default="",
        metavar="FILE",
        help="TOML that says the card's PIN (docs/devices/card.md); never stored in a report",
    )
    parser.add_argument(
        "--driver",
        default="",
        metavar="PACKAGE.MODULE:CLASS",
        help="a CardReader of your own, made as CLASS(config, clock)",
    )


def setup(chosen: argparse.Namespace) -> dict[str, Any]:
    """The options as JSON values. Raises SetupError."""
    if not chosen.card_file:
        raise SetupError("--card-file is missing: a card is tried with its PIN.")
    return {"reader": chosen.reader, "card_file": chosen.card_file, "driver": chosen.driver}


def open_bench(settings: Mapping[str, Any], ask: Ask) -> tuple[CardBench, Clock]:
    """A bench on a real reader with a person, or on a virtual one behind a private pcscd."""
    clock = SystemClock()
    path = Path(settings["card_file"])
    open_reader, gives_service = driver_of(settings["driver"], PcscCardReader, "service")
    if settings["reader"]:
        config = CardReaderConfig(reader=settings["reader"])
        made = CardSetup(
            config, read_facts(path), PcscService(), open_reader, gives_service, keeps_tries=True
        )
        return CardBench(made, person(ask, PROMPTS), clock), clock
    try:
        file = read_card_file(path)
    except CardFileError as error:
        raise SetupError(str(error)) from None
    return PrivateCardBench(file, open_reader, clock, gives_service=gives_service), clock


class PrivateCardBench(CardBench):
    """A virtual card behind a private pcscd, both taken away at the end."""

    def __init__(
        self,
        file: CardFile,
        open_reader: OpenReader,
        clock: Clock,
        directory: Path | None = None,
        *,
        gives_service: bool = True,
    ) -> None:
        """`directory` is the daemon's, for a process that already used one."""
        facts = facts_of(file)
        self._daemon = PrivatePcscd(directory)
        self._daemon.start()
        self._slot = VirtualSlot(
            self._daemon.vpcd_host, self._daemon.vpcd_port, self._daemon.open_line
        )
        socket = str(self._daemon.socket_path)
        config = CardReaderConfig(pcscd_socket=socket)
        made = CardSetup(config, facts, PcscService(socket), open_reader, gives_service)
        act = at_slot(self._slot, file.make, lambda: self.await_presence(Presence.EMPTY))
        super().__init__(made, act, clock)

    def close(self) -> None:
        super().close()
        self._slot.pull()
        self._daemon.stop()


KIND: Kind[CardBench] = Kind(
    suite=SUITE,
    budget=Budget(
        "--budget-tries",
        "how many wrong entries the cases may make, each made good by the right one at once; "
        "a case that blocks the card for good counts 100",
        lambda _: 1,
    ),
    add_arguments=add_arguments,
    setup=setup,
    open=open_bench,
    replay=None,
    specimens=(
        *RIGHT,
        *card_wrong_pin.WRONG,
        *card_wrong_files.WRONG,
        *card_wrong_drivers.WRONG,
    ),
)
