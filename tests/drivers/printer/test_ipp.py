"""The watch against printers that are well, unwell, silent, slow and mad."""

import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from drivers.clock import SystemClock
from drivers.errors import DeviceError, PeerError, SilenceError
from drivers.printer import ipp, virtual_service
from drivers.printer.contract import JobState, PrinterConfig, Tray
from drivers.printer.ipp import IppPrinterWatch
from drivers.printer.ipp_attributes import preamble, strings
from drivers.printer.ipp_codec import Group, Message
from drivers.printer.tables import GroupTag, Operation, Status, Tag
from drivers.printer.virtual import VirtualPrinter
from drivers.printer.virtual_engine import Machine
from tests.drivers.printer.documents import certificate_pdf


def watch_of(uri: str, tray: str = "ipp") -> IppPrinterWatch:
    return IppPrinterWatch(PrinterConfig(device_uri=uri, tray=tray), SystemClock())


def send(printer: VirtualPrinter, title: str, sheets: int = 1) -> None:
    """Print-Job, straight into the printer."""
    operation = Group(
        GroupTag.OPERATION,
        (
            *preamble(),
            strings(Tag.URI, "printer-uri", printer.device_uri),
            strings(Tag.NAME, "requesting-user-name", "kiosk"),
            strings(Tag.NAME, "job-name", title),
            strings(Tag.MIME_TYPE, "document-format", "application/pdf"),
        ),
    )
    job = Group(GroupTag.JOB, (strings(Tag.KEYWORD, "sides", "two-sided-long-edge"),))
    document = certificate_pdf(sheets)
    printer.answer(Message(Operation.PRINT_JOB, 1, (operation, job), document))


def await_ended(printer: VirtualPrinter) -> None:
    assert printer.wait_until(lambda: all(job.ended for job in printer.jobs))


@pytest.mark.parametrize("uri", ["socket://host:9100", "usb://x/y", "dnssd://x", "", "ipp:///x"])
def test_only_ipp_is_accepted(uri: str) -> None:
    with pytest.raises(DeviceError, match=r"printer\.not_ipp"):
        watch_of(uri)


def test_a_port_that_is_no_number() -> None:
    with pytest.raises(DeviceError, match=r"printer\.not_ipp"):
        watch_of("ipp://host:port/ipp/print")


def test_capabilities(printer: VirtualPrinter) -> None:
    able = watch_of(printer.device_uri).capabilities()
    assert (able.duplex, able.colour, able.a4, able.pdf) == (True,) * 4
    assert able.cmyk
    assert able.maker == "Kiosk Virtual Printer"
    assert able.device_uri == printer.device_uri


@pytest.mark.parametrize(
    ("machine", "trouble"),
    [
        (Machine(duplex=False), "printer.not_duplex"),
        (Machine(colour=False), "printer.not_colour"),
    ],
)
def test_a_machine_that_cannot_do_it(machine: Machine, trouble: str) -> None:
    with VirtualPrinter(machine) as printer:
        watch = watch_of(printer.device_uri)
        assert watch.status().troubles == (trouble,)
        assert watch.capabilities().duplex is machine.duplex
        assert watch.capabilities().colour is machine.colour


def test_a_one_sided_machine_uses_two_sheets() -> None:
    with VirtualPrinter(Machine(duplex=False, colour=False)) as printer:
        send(printer, "t")
        await_ended(printer)
        progress = watch_of(printer.device_uri).follow("t")
        assert (progress.impressions, progress.sheets) == (2, 2)
        assert all(sheet.back is None for sheet in printer.delivered)
        assert printer.delivered[1].front.image(20).mode == "L"


B5 = "jis_b5_182x257mm"
HANDS: list[tuple[Callable[[VirtualPrinter], None], Callable[[VirtualPrinter], None], str]] = [
    (VirtualPrinter.open_cover, VirtualPrinter.close_cover, "printer.cover_open"),
    (VirtualPrinter.empty_toner, VirtualPrinter.replace_toner, "printer.toner_empty"),
    (VirtualPrinter.pause, VirtualPrinter.resume, "printer.stopped"),
    (lambda p: p.load_paper(0), lambda p: p.load_paper(9), "printer.paper_out"),
    (lambda p: p.load_paper(9, B5), lambda p: p.load_paper(9), "printer.wrong_media"),
]


@pytest.mark.parametrize(("hurt", "heal", "trouble"), HANDS, ids=[hand[2] for hand in HANDS])
def test_troubles_and_their_end(
    printer: VirtualPrinter,
    hurt: Callable[[VirtualPrinter], None],
    heal: Callable[[VirtualPrinter], None],
    trouble: str,
) -> None:
    watch = watch_of(printer.device_uri)
    hurt(printer)
    assert trouble in watch.status().troubles
    send(printer, "t")
    assert printer.wait_until(lambda: printer.jobs[0].state == JobState.STOPPED)
    assert trouble in watch.follow("t").troubles
    heal(printer)
    await_ended(printer)
    assert watch.status().troubles == ()
    assert watch.follow("t").state is JobState.COMPLETED


def test_little_paper_is_a_warning(printer: VirtualPrinter) -> None:
    printer.load_paper(3)
    status = watch_of(printer.device_uri).status()
    assert (status.troubles, status.warnings) == ((), ("printer.paper_low",))


def test_a_full_output_tray() -> None:
    with VirtualPrinter(Machine(tray_capacity=1)) as printer:
        watch = watch_of(printer.device_uri)
        send(printer, "t", sheets=2)
        assert printer.wait_until(lambda: printer.jobs[0].state == JobState.STOPPED)
        progress = watch.follow("t")
        assert (progress.sheets, progress.troubles) == (1, ("printer.output_full",))
        printer.take_paper()
        await_ended(printer)
        assert watch.follow("t").sheets == 2


def test_a_printer_that_tells_its_troubles_only_with_a_job() -> None:
    with VirtualPrinter(Machine(quiet_when_idle=True)) as printer:
        printer.load_paper(0)
        watch = watch_of(printer.device_uri)
        assert watch.status().troubles == ()
        send(printer, "t")
        assert printer.wait_until(lambda: printer.jobs[0].state == JobState.STOPPED)
        assert watch.status().troubles == ("printer.paper_out",)


@pytest.mark.parametrize(
    ("sensor", "empty", "lying"),
    [
        ("sensor", Tray.EMPTY, Tray.SHEETS),
        ("standard", Tray.EMPTY, Tray.SHEETS),
        ("none", Tray.UNKNOWN, Tray.UNKNOWN),
    ],
)
def test_the_output_tray(sensor: str, empty: Tray, lying: Tray) -> None:
    with VirtualPrinter(Machine(tray_sensor=sensor)) as printer:
        watch = watch_of(printer.device_uri)
        assert watch.status().tray is empty
        send(printer, "t")
        await_ended(printer)
        assert watch.status().tray is lying
        assert len(printer.take_paper()) == 1
        assert watch.status().tray is empty
        assert watch_of(printer.device_uri, tray="none").status().tray is Tray.UNKNOWN


def test_a_printer_without_a_sheet_count() -> None:
    with VirtualPrinter(Machine(counts_sheets=False)) as printer:
        send(printer, "t")
        await_ended(printer)
        progress = watch_of(printer.device_uri).follow("t")
        assert (progress.impressions, progress.sheets) == (2, -1)


def test_a_title_nobody_knows(printer: VirtualPrinter) -> None:
    assert watch_of(printer.device_uri).follow("nobody").state is JobState.UNSEEN


def test_cancel_one_and_cancel_all(printer: VirtualPrinter) -> None:
    printer.pause()
    for title in ("one", "two", "three"):
        send(printer, title)
    watch = watch_of(printer.device_uri)
    assert watch.status().jobs == ("one", "two", "three")
    assert watch.cancel("two")
    assert watch.cancel("two")
    assert watch.cancel("nobody")
    assert watch.status().jobs == ("one", "three")
    assert watch.follow("two").state is JobState.CANCELED
    assert watch.cancel_all()
    await_ended(printer)
    assert watch.status().jobs == ()
    printer.resume()
    assert printer.delivered == ()


@pytest.mark.parametrize(
    ("status", "taken"),
    [
        (Status.NOT_POSSIBLE, True),
        (Status.NOT_FOUND, True),
        (Status.OPERATION_NOT_SUPPORTED, False),
        (Status.BUSY, False),
        (Status.INTERNAL_ERROR, False),
    ],
)
def test_a_cancel_is_worth_what_the_answer_says(
    printer: VirtualPrinter, status: Status, taken: bool
) -> None:
    """RFC 8011 4.3.3: client-error-not-possible is the answer for a job that has ended."""
    printer.pause()
    send(printer, "one")
    send(printer, "two")
    refused = list[Message]()

    def refuse(asked: Message) -> Iterable[Group]:
        refused.append(asked)
        raise virtual_service._Refused(status)

    printer._service._operations[Operation.CANCEL_JOB] = refuse
    watch = watch_of(printer.device_uri)
    assert watch.cancel_all() is taken
    assert len(refused) == 2, "one that is refused spares no other"
    assert watch.cancel("one") is taken
    assert watch.status().jobs == ("one", "two")


def test_offline_and_back(printer: VirtualPrinter) -> None:
    watch = watch_of(printer.device_uri)
    printer.set_offline(offline=True)
    assert watch.status().troubles == ("printer.offline",)
    with pytest.raises(SilenceError, match=r"printer\.offline"):
        watch.follow("t")
    with pytest.raises(SilenceError, match=r"printer\.offline"):
        watch.capabilities()
    assert not watch.cancel("t")
    assert not watch.cancel_all()
    printer.set_offline(offline=False)
    assert watch.status().troubles == ()


def test_a_hung_controller(printer: VirtualPrinter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ipp, "_LIMIT_S", 0.3)
    watch = watch_of(printer.device_uri)
    printer.set_silent(silent=True)
    with pytest.raises(SilenceError, match="in time"):
        watch.follow("t")
    assert watch.status().troubles == ("printer.offline",)
    printer.set_silent(silent=False)
    assert watch.status().troubles == ()


@pytest.fixture
def mad_printer() -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """Makes a listener that answers with whatever a function writes."""
    listeners: list[socket.socket] = []

    def make(behave: Callable[[socket.socket], None]) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    end, _ = listener.accept()
                    with end, suppress(OSError):
                        end.recv(65536)
                        behave(end)

        threading.Thread(target=serve, daemon=True).start()
        return f"ipp://127.0.0.1:{listener.getsockname()[1]}/"

    yield make
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


MadPrinter = Callable[[Callable[[socket.socket], None]], str]


def http(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param(http(b"no ipp"), "breaks off", id="no IPP"),
        pytest.param(http(b"", "401 Unauthorized"), "password", id="password"),
        pytest.param(http(b"", "426 Upgrade Required"), "ipps://", id="TLS"),
        pytest.param(http(b"", "500 Oops"), "HTTP 500", id="server error"),
        pytest.param(http(bytes.fromhex("0200 0000 00000063 03")), "another", id="another request"),
        pytest.param(http(bytes.fromhex("0200 0500 00000001 03")), "0x0500", id="IPP error"),
    ],
)
def test_an_answer_that_is_none(mad_printer: MadPrinter, answer: bytes, said: str) -> None:
    watch = watch_of(mad_printer(lambda end: end.sendall(answer)))
    with pytest.raises(PeerError, match=said):
        watch.capabilities()
    assert watch.status().troubles == ("printer.offline",)


@pytest.mark.parametrize("answer", [b"", b"rubbish\r\n\r\n", http(b"x" * 50)[:-10]])
def test_a_connection_that_breaks(mad_printer: MadPrinter, answer: bytes) -> None:
    with pytest.raises(SilenceError, match=r"printer\.offline"):
        watch_of(mad_printer(lambda end: end.sendall(answer))).follow("t")


def test_a_dripping_answer_ends_at_the_limit(
    mad_printer: MadPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte comes in time, the answer never: the limit is for the whole question."""
    monkeypatch.setattr(ipp, "_LIMIT_S", 0.3)
    clock = SystemClock()

    def drip(end: socket.socket) -> None:
        for byte in http(b"x" * 1000):
            end.sendall(bytes([byte]))
            clock.sleep(0.02)

    started = clock.monotonic_s()
    with pytest.raises(SilenceError, match="in time"):
        watch_of(mad_printer(drip)).capabilities()
    assert clock.monotonic_s() - started < 2.0


def test_a_printer_that_ends_the_connection_after_each_answer(
    printer: VirtualPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    from drivers.printer.virtual_http import _IppHandler

    monkeypatch.setattr(_IppHandler, "protocol_version", "HTTP/1.0")
    send(printer, "t")
    await_ended(printer)
    assert watch_of(printer.device_uri).follow("t").state is JobState.COMPLETED


def test_ipps(printer: VirtualPrinter, tmp_path: Path) -> None:
    """A printer with a certificate it made itself, as printers have."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "printer")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
        .not_valid_after(datetime.datetime(2099, 1, 1, tzinfo=datetime.UTC))
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "printer.pem"
    pem.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = printer._listener._server
    assert server is not None
    server.socket = context.wrap_socket(server.socket, server_side=True)
    watch = watch_of(printer.device_uri.replace("ipp://", "ipps://"))
    assert watch.status().troubles == ()
    assert watch_of(printer.device_uri).status().troubles == ("printer.offline",)
