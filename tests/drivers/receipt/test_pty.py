"""The receipt printer over a pseudo terminal: pyserial, as on the terminal."""

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
