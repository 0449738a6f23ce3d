"""The receipt printer over a pseudo terminal and over TCP, as on the terminal."""

import socket
import threading

from drivers.clock import SystemClock
from drivers.receipt.contract import ReceiptConfig, Slip, SlipLine
from drivers.receipt.escpos import EscposReceiptPrinter
from drivers.receipt.virtual import VirtualReceiptPrinter


def test_a_slip_over_a_serial_port() -> None:
    with VirtualReceiptPrinter() as printer:
        clock = SystemClock()
        driver = EscposReceiptPrinter(ReceiptConfig(port=printer.serve_pty()), clock)
        assert driver.status().troubles == ()
        driver.print(Slip("領収書", (SlipLine("手数料", "300円"),)))
        assert len(printer.slips) == 1
        printer.hand.open_cover()
        assert driver.status().troubles == ("receipt.cover_open",)
        driver.close()


def test_a_port_that_is_not_there_is_offline() -> None:
    driver = EscposReceiptPrinter(ReceiptConfig(port="/dev/kiosk-no-such"), SystemClock())
    assert driver.status().troubles == ("receipt.offline",)


def test_a_slip_over_tcp() -> None:
    printer = VirtualReceiptPrinter()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        served = threading.Thread(target=_serve_once, args=(listener, printer))
        served.start()
        port = f"127.0.0.1:{listener.getsockname()[1]}"
        driver = EscposReceiptPrinter(ReceiptConfig(port=port), SystemClock())
        driver.print(Slip("領収書", (SlipLine("手数料", "300円"),)))
        driver.close()
        served.join()
    assert len(printer.slips) == 1
    assert not printer.unknown


def _serve_once(listener: socket.socket, printer: VirtualReceiptPrinter) -> None:
    host, _ = listener.accept()
    with host:
        while data := host.recv(4096):
            host.sendall(printer.receive(data))
