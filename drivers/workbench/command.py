"""`kiosk-drivers list | probe | talk | watch | soak`: the technician's bench."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.clock import SystemClock
from drivers.coin.contract import CoinVendorConfig
from drivers.coin.framing import Check
from drivers.coin.mdb.adapter import BAUD as ADAPTER_BAUD
from drivers.coin.vendor import coin_vendor
from drivers.conformance.coin_kind import hopper_addresses
from drivers.conformance.kind import SetupError
from drivers.errors import DeviceError
from drivers.link.port import BytePort, LinkLost
from drivers.workbench.card_line import CardLine
from drivers.workbench.coin_line import USUAL, CoinLine, probe
from drivers.workbench.listing import devices
from drivers.workbench.mdb_line import MdbLine, probe_mdb
from drivers.workbench.printer_line import PrinterLine
from drivers.workbench.soak import Findings, NoticingPort, Soak, summary
from drivers.workbench.soak_lines import CctalkSoakLine, MdbSoakLine, SoakLine
from drivers.workbench.watch import Watcher

if TYPE_CHECKING:
    Kinds = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - has no public name

_BAUD = 9600
_HOUR_S = 3600.0
_WATCH_STEP_S = 0.1
_COIN_S, _CARD_S, _PAPER_S = 0.2, 0.5, 2.0


def add_commands(kinds: "Kinds") -> None:
    """Add the bench's words to the parser."""
    kinds.add_parser("list", help="what is connected").set_defaults(run=run_list)
    _add_probe(kinds.add_parser("probe", help="ask a device who it is and how it is"))
    _add_talk(kinds.add_parser("talk", help="bytes by hand, with their meaning in words"))
    _add_watch(kinds.add_parser("watch", help="a line whenever a device's state changes"))
    _add_soak(kinds.add_parser("soak", help="drive a coin machine for hours, list every anomaly"))


def _add_probe(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="DEVICE")
    coin = commands.add_parser("coin", help="every device on a coin line")
    _add_port(coin)
    _add_protocol(coin)
    coin.add_argument("--all", action="store_true", help="all addresses, not only the usual ones")
    coin.set_defaults(run=run_probe_coin)
    card = commands.add_parser("card", help="the readers, and the card on one")
    _add_reader(card)
    card.set_defaults(run=run_probe_card)
    printer = commands.add_parser("printer", help="an IPP printer")
    printer.add_argument("--uri", required=True, help="ipp:// or ipps:// address")
    printer.set_defaults(run=run_probe_printer)


def _add_talk(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="DEVICE")
    coin = commands.add_parser("coin", help="ccTalk frames, or MDB blocks")
    _add_port(coin)
    _add_protocol(coin)
    coin.add_argument("--checksum", choices=[c.value for c in Check], default="simple")
    coin.set_defaults(run=run_talk_coin)
    card = commands.add_parser("card", help="APDUs")
    _add_reader(card)
    card.set_defaults(run=run_talk_card)
    printer = commands.add_parser("printer", help="IPP operations")
    printer.add_argument("--uri", required=True, help="ipp:// or ipps:// address")
    printer.set_defaults(run=run_talk_printer)


def _add_watch(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--coin", metavar="PORT", help="a coin line")
    _add_protocol(parser)
    parser.add_argument("--take", default="", metavar="YEN,YEN", help="take these coins meanwhile")
    parser.add_argument("--card", action="store_true", help="the card readers")
    parser.add_argument("--printer", metavar="URI", help="an IPP printer")
    parser.add_argument("--receipt", metavar="PORT", help="an ESC/POS printer")
    parser.add_argument("--seconds", type=float, default=0.0, help="stop by itself after so long")
    parser.set_defaults(run=run_watch)


def _add_soak(parser: argparse.ArgumentParser) -> None:
    _add_port(parser)
    _add_protocol(parser)
    parser.add_argument("--checksum", choices=[c.value for c in Check], default="simple")
    parser.add_argument("--hours", type=float, required=True)
    parser.add_argument("--acceptor", type=int, default=2, help="ccTalk address (2)")
    parser.add_argument(
        "--hopper",
        action="append",
        default=[],
        metavar="YEN=ADDRESS",
        help="one hopper, or a tube of an MDB changer (at 8); several times",
    )
    parser.add_argument("--bills", type=int, default=0, help="the bill validator's; 0 none (0)")
    parser.add_argument("--escrow", type=int, default=0, help="the coin escrow's; 0 none (0)")
    parser.add_argument("--out", type=Path, help="write the findings there as JSON")
    parser.set_defaults(run=run_soak)


def _add_port(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", required=True, help="serial port")


def _add_protocol(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--protocol", choices=("cctalk", "mdb"), default="cctalk", help="of the coin line (cctalk)"
    )


def _add_reader(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reader", default="", help="part of the reader's name; the first one")


# --- what they do -------------------------------------------------------------------------------


def run_list(_: argparse.Namespace) -> int:
    """Name what is connected."""
    return _show(devices())


def run_probe_coin(chosen: argparse.Namespace) -> int:
    """Everything on a coin line."""
    addresses = tuple(range(2, 256)) if chosen.all else USUAL
    mdb = chosen.protocol == "mdb"
    try:
        port = _adapter(chosen.port) if mdb else _serial(chosen.port)
    except LinkLost as lost:
        return _complain(str(lost))
    try:
        found = probe_mdb(port, SystemClock()) if mdb else probe(port, SystemClock(), addresses)
        return _show(found)
    finally:
        port.close()


def run_probe_card(chosen: argparse.Namespace) -> int:
    """The readers, and which card lies there."""
    from drivers.card.contract import CardReaderConfig
    from drivers.card.pcsc import PcscCardReader

    reader = PcscCardReader(CardReaderConfig(reader=chosen.reader))
    try:
        capabilities = reader.capabilities()
        _say(f"reader {capabilities.reader}")
        _say(f"state {reader.status().presence.value}")
        identity = reader.identify()
    except DeviceError as error:
        return _complain(str(error))
    finally:
        reader.close()
    _say(f"card {identity.kind.value}, {identity.tries_left} tries left")
    return 0


def run_probe_printer(chosen: argparse.Namespace) -> int:
    """What the printer can do and how it is."""
    from drivers.printer.contract import PrinterConfig
    from drivers.printer.ipp import IppPrinterWatch

    try:
        watch = IppPrinterWatch(PrinterConfig(device_uri=chosen.uri), SystemClock())
        capabilities = watch.capabilities()
    except DeviceError as error:
        return _complain(str(error))
    status = watch.status()
    _say(f"maker    {capabilities.maker}")
    for name in ("duplex", "colour", "a4", "pdf", "cmyk"):
        _say(f"{name:<8} {'yes' if getattr(capabilities, name) else 'NO'}")
    _say(f"state    {', '.join(status.troubles) or 'ready'}")
    _say(f"tray     {status.tray.value}")
    _say(f"sides    {status.life_impressions if status.life_impressions >= 0 else 'not counted'}")
    return 0


def run_talk_coin(chosen: argparse.Namespace) -> int:
    """Frames or blocks by hand."""
    line: CoinLine | MdbLine
    try:
        if chosen.protocol == "mdb":
            line = MdbLine(_adapter(chosen.port), SystemClock())
        else:
            line = CoinLine(_serial(chosen.port), SystemClock(), Check(chosen.checksum))
    except LinkLost as lost:
        return _complain(str(lost))
    try:
        return _converse(line.answer)
    except LinkLost as lost:
        return _complain(str(lost))
    finally:
        line.close()


def run_talk_card(chosen: argparse.Namespace) -> int:
    """APDUs by hand; the card's power is taken at the end."""
    from drivers.card.pcsc_service import PcscService

    try:
        service = PcscService()
        reader = next((name for name in service.readers() if chosen.reader in name), "")
        if not reader:
            return _complain("There is no such card reader; `kiosk-drivers list` names them.")
        connection = service.connect(reader)
    except DeviceError as error:
        return _complain(str(error))
    try:
        return _converse(CardLine(connection).answer)
    finally:
        connection.end()


def run_talk_printer(chosen: argparse.Namespace) -> int:
    """IPP operations by hand."""
    try:
        line = PrinterLine(chosen.uri, SystemClock())
    except DeviceError as error:
        return _complain(str(error))
    return _converse(line.answer)


def run_watch(chosen: argparse.Namespace) -> int:
    """Lines until Ctrl-C, or for `--seconds`."""
    clock = SystemClock()
    watcher = Watcher(clock)
    try:
        closing = _watched(chosen, watcher, clock)
    except (DeviceError, ValueError) as error:
        return _complain(str(error))
    until_s = clock.monotonic_s() + chosen.seconds
    try:
        while not chosen.seconds or clock.monotonic_s() < until_s:
            _show(watcher.turn())
            clock.sleep(_WATCH_STEP_S)
    except KeyboardInterrupt:
        _say("")
    finally:
        for close in closing:
            close()
    return 0


def _watched(
    chosen: argparse.Namespace, watcher: Watcher, clock: SystemClock
) -> list[Callable[[], None]]:
    """Add what was asked for; gives back how each is closed."""
    closing: list[Callable[[], None]] = []
    if chosen.coin:
        line = CoinVendorConfig(port=chosen.coin, protocol=chosen.protocol, hoppers={})
        vendor = coin_vendor(line, clock)
        closing.append(vendor.close)
        take = frozenset(int(yen) for yen in chosen.take.split(",") if yen)
        watcher.coin(vendor, take, _COIN_S)
    if chosen.card:
        from drivers.card.contract import CardReaderConfig
        from drivers.card.pcsc import PcscCardReader

        reader = PcscCardReader(CardReaderConfig())
        closing.append(reader.close)
        watcher.card(reader, _CARD_S)
    if chosen.printer:
        from drivers.printer.contract import PrinterConfig
        from drivers.printer.ipp import IppPrinterWatch

        uri = PrinterConfig(device_uri=chosen.printer)
        watcher.printer(IppPrinterWatch(uri, clock), _PAPER_S)
    if chosen.receipt:
        from drivers.receipt.contract import ReceiptConfig
        from drivers.receipt.escpos import EscposReceiptPrinter

        slips = EscposReceiptPrinter(ReceiptConfig(port=chosen.receipt), clock)
        closing.append(slips.close)
        watcher.receipt(slips, _PAPER_S)
    if not any((chosen.coin, chosen.card, chosen.printer, chosen.receipt)):
        raise ValueError("Say what to watch: --coin PORT, --card, --printer URI, --receipt PORT.")
    return closing


def run_soak(chosen: argparse.Namespace) -> int:
    """Hours of polling; Ctrl-C ends it with its summary. 1 if there was an anomaly."""
    clock, findings = SystemClock(), Findings()
    try:
        config = _soaked(chosen)
    except SetupError as error:
        return _complain(str(error))
    mdb = chosen.protocol == "mdb"
    line: SoakLine = MdbSoakLine() if mdb else CctalkSoakLine(Check(chosen.checksum))
    open_port = _adapter if mdb else _serial
    vendor = coin_vendor(
        config,
        clock,
        open_port=lambda: NoticingPort(open_port(chosen.port), clock, line, findings),
    )
    soak = Soak(vendor, clock, findings, config.poll_s)
    try:
        soak.run(chosen.hours * _HOUR_S, _Progress(chosen.hours * _HOUR_S))
    except DeviceError as error:
        return _complain(str(error))
    except KeyboardInterrupt:
        _say("\nStopped.")
    finally:
        vendor.close()
    _say("")
    _show(summary(findings))
    if chosen.out:
        chosen.out.write_text(json.dumps(findings.as_json(), indent=1) + "\n", encoding="utf-8")
    return 1 if findings.counts else 0


def _soaked(chosen: argparse.Namespace) -> CoinVendorConfig:
    """Raises SetupError."""
    return CoinVendorConfig(
        port=chosen.port,
        protocol=chosen.protocol,
        acceptor=chosen.acceptor,
        hoppers=hopper_addresses(chosen.hopper),
        bills=chosen.bills,
        escrow=chosen.escrow,
        checksum=chosen.checksum,
    )


class _Progress:
    """One line that is written over on a terminal, one a minute elsewhere."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._last_s = -60.0
        self._every_s = 1.0 if sys.stdout.isatty() else 60.0

    def __call__(self, soak: Soak) -> None:
        if soak.elapsed_s - self._last_s < self._every_s:
            return
        self._last_s = soak.elapsed_s
        end = "\r" if sys.stdout.isatty() else "\n"
        sys.stdout.write(f"{soak.line(self._seconds):<78}{end}")
        sys.stdout.flush()


# --- the terminal -------------------------------------------------------------------------------


def _converse(answer: Callable[[str], Iterator[str]]) -> int:
    """Lines from a person, or from a pipe, until they end."""
    asking = sys.stdin.isatty()
    if asking:
        _show(answer("help"))
    while True:
        try:
            line = input("> " if asking else "")
        except (EOFError, KeyboardInterrupt):
            return 0
        _show(answer(line))


def _serial(port: str, baud: int = _BAUD) -> BytePort:
    from drivers.link.serial_port import SerialLine, SerialPort

    return SerialPort(SerialLine(path=port, baud=baud))


def _adapter(port: str) -> BytePort:
    return _serial(port, ADAPTER_BAUD)


def _show(lines: Iterable[str]) -> int:
    for line in lines:
        _say(line)
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _complain(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 1
