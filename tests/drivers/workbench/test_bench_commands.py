"""The technician's words over real boundaries: a pty, a directory, an IPP printer on loopback."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.__main__ import main
from drivers.clock import SystemClock
from drivers.coin.mdb.virtual import MdbBillBuild, MdbBuild, VirtualMdbMachine
from drivers.coin.virtual import VirtualCoinMachine
from drivers.printer.virtual import VirtualPrinter
from drivers.printer.virtual_engine import Machine
from drivers.workbench.listing import serial_ports, usb_printers


@pytest.fixture
def port() -> Iterator[str]:
    with VirtualCoinMachine(SystemClock()) as machine:
        yield machine.serve_pty()


def test_talk_from_a_pipe(
    port: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("2 category\n\nnonsense\n"))
    assert main(["talk", "coin", "--port", port]) == 0
    said = capsys.readouterr().out
    assert '"Coin Acceptor"' in said
    assert "ADDRESS HEADER" in said


def test_soak_writes_its_findings(
    port: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "soak.json"
    hoppers = ["--hopper", "10=3", "--hopper", "500=6"]
    main(["soak", "--port", port, "--hours", "0.0001", "--out", str(out), *hoppers])
    assert "exchanges" in capsys.readouterr().out
    assert main(["soak", "--port", port, "--hours", "1", "--hopper", "ten"]) == 1
    assert "YEN=ADDRESS" in capsys.readouterr().err
    assert '"anomalies"' in out.read_text()


def test_soak_of_an_mdb_machine(capsys: pytest.CaptureFixture[str]) -> None:
    with VirtualMdbMachine(SystemClock(), MdbBuild(bills=MdbBillBuild())) as machine:
        line = ["--protocol", "mdb", "--port", machine.serve_pty(), "--bills", "48"]
        main(["soak", *line, "--hours", "0.0001", "--hopper", "10=8"])
        assert "exchanges" in capsys.readouterr().out
        assert main(["soak", *line, "--hours", "1", "--hopper", "1=8"]) == 1
        assert "no tube for ¥1" in capsys.readouterr().err


def test_a_port_that_is_not_there_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["talk", "coin"], ["probe", "coin"]):
        assert main([*command, "--port", "/dev/there-is-none"]) == 1
        assert "cannot open" in capsys.readouterr().err
    assert main(["soak", "--port", "/dev/there-is-none", "--hours", "1"]) == 1
    assert "coin.lost" in capsys.readouterr().err


def test_watch_wants_to_know_what(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch"]) == 1
    assert "--coin PORT" in capsys.readouterr().err


def test_a_printer_is_probed_and_talked_to(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with VirtualPrinter(Machine()) as printer:
        uri = printer.device_uri
        assert main(["probe", "printer", "--uri", uri]) == 0
        said = capsys.readouterr().out
        assert "duplex   yes" in said
        assert "state    ready" in said
        monkeypatch.setattr("sys.stdin", io.StringIO("printer sides\njobs\nhelp\n"))
        assert main(["talk", "printer", "--uri", uri]) == 0
    said = capsys.readouterr().out
    assert "two-sided-long-edge" in said
    assert "status 0000 ok" in said
    assert "printer [WORD]" in said
    assert main(["probe", "printer", "--uri", "http://127.0.0.1/"]) == 1
    assert main(["talk", "printer", "--uri", "nonsense"]) == 1


def test_listing_reads_names_and_sends_nothing(tmp_path: Path) -> None:
    (tmp_path / "dev/serial/by-id").mkdir(parents=True)
    (tmp_path / "dev/ttyUSB0").touch()
    (tmp_path / "dev/ttyS0").touch()
    (tmp_path / "dev/ttyS1").touch()
    for name, kind in (("ttyS0", "0"), ("ttyS1", "4")):
        (tmp_path / "sys/class/tty" / name).mkdir(parents=True)
        (tmp_path / "sys/class/tty" / name / "type").write_text(kind)
    (tmp_path / "dev/kiosk-coin").symlink_to("ttyUSB0")
    (tmp_path / "dev/serial/by-id/usb-FTDI").symlink_to("../../ttyUSB0")
    assert list(serial_ports(tmp_path)) == [
        "/dev/ttyUSB0  /dev/kiosk-coin  /dev/serial/by-id/usb-FTDI",
        "/dev/ttyS1",
    ]
    device = tmp_path / "sys/bus/usb/devices/1-2"
    interface = tmp_path / "sys/bus/usb/devices/1-2:1.0"
    device.mkdir(parents=True)
    interface.mkdir()
    (device / "product").write_text("Receipt\n")
    (interface / "bInterfaceClass").write_text("07\n")
    assert list(usb_printers(tmp_path)) == ["Receipt"]


def test_list_says_something_of_every_kind(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    said = capsys.readouterr().out
    for heading in ("Serial ports", "Card readers", "USB printers"):
        assert heading in said
