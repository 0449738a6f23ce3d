"""`kiosk check`: what it says of a terminal that runs, of one that is bare, and as a page."""

import datetime
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.clock import SystemClock, VirtualClock
from drivers.coin.virtual import EscrowBuild, MachineBuild, VirtualCoinMachine
from drivers.printer.virtual import VirtualPrinter
from drivers.printer.virtual_engine import Machine
from drivers.reasons import REASONS
from kiosk.config import Config, parse
from kiosk.journal.entries import entry
from kiosk.journal.writer import NAME, JournalFile, in_use
from kiosk.readiness import Finding, as_html, as_text, look
from tests.kiosk.centre_at_work import NOON, CentreAtWork

EXAMPLE = Path(__file__).parents[2] / "firmware.toml"


@pytest.fixture
def config() -> Iterator[Config]:
    """A terminal of which nothing is connected."""
    values = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="k") as place:
        values["terminal"]["mode"] = "demo"
        values["journal"]["directory"] = f"{place}/journal"
        values["card"]["pcscd_socket"] = f"{place}/pcscd.comm"
        values["coin"]["port"] = f"{place}/coin"
        values["printer"]["device_uri"] = "ipp://127.0.0.1:9/ipp/print"
        values["receipt"]["port"] = f"{place}/receipt"
        yield parse(values, EXAMPLE)


def found(config: Config) -> dict[str, Finding]:
    return {finding.subject: finding for finding in look(config, VirtualClock())}


def test_every_device_that_is_missing_is_named_with_what_to_do(config: Config) -> None:
    findings = found(config)
    bad = {subject for subject, finding in findings.items() if not finding.good}
    assert bad == {"certificates", "card reader", "coin machine", "printer", "receipt printer"}
    assert findings["coin machine"].facts[0] == "coin.lost: The coin machine does not answer."
    assert findings["printer"].facts[0].startswith("printer.offline: ")
    assert findings["terminal"].good
    assert "FAIL  coin machine" in as_text(findings.values())


def test_a_running_terminal_is_said_to_hold_its_devices(config: Config) -> None:
    directory = Path(config.journal.directory)
    assert not in_use(directory)
    running = JournalFile(directory)
    try:
        assert in_use(directory)
        (fact,) = found(config)["terminal"].facts
        assert fact == "it is running and holds its devices; stop it to check them"
    finally:
        running.close()
    assert not in_use(directory)
    assert found(config)["terminal"].good


def test_the_journal_says_what_is_open(config: Config) -> None:
    file = JournalFile(Path(config.journal.directory))
    file.write(
        [
            entry("visit.begin", visit="00112233aabbccdd"),
            entry("case.open", case="00112233-1", reason="coin.maybe", yen=0),
        ],
        "2026-11-20T01:05:00.000+00:00",
    )
    file.close()
    finding = found(config)["journal"]
    assert finding.good
    assert "case 00112233-1: ¥0 open" in finding.facts
    assert "the last run left something open; the next start settles it" in finding.facts


def test_a_damaged_journal_is_not_ready(config: Config) -> None:
    directory = Path(config.journal.directory)
    JournalFile(directory).close()
    (directory / NAME).write_bytes(b"not a record\n")
    finding = found(config)["journal"]
    assert not finding.good


def test_the_page_shows_no_markup_of_others() -> None:
    page = as_html("<b>", [Finding("printer", good=False, facts=("<script>",))])
    assert "<script>" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.daemon
def test_a_revocation_list_that_lapsed_is_not_ready(
    config: Config, running_work: CentreAtWork
) -> None:
    def certificates(days: int) -> Finding:
        clock = VirtualClock(NOON + datetime.timedelta(days=days))
        terminal = replace(config, center=running_work.config())
        return next(one for one in look(terminal, clock) if one.subject == "certificates")

    assert certificates(1).good
    late = certificates(100)
    assert not late.good
    assert late.facts[-1].startswith("no revocation list in force for ")


@pytest.mark.daemon
def test_a_coin_escrow_is_named_and_a_stuck_flap_is_not_ready(config: Config) -> None:
    clock = SystemClock()
    with VirtualCoinMachine(clock, MachineBuild(escrow=EscrowBuild())) as machine:
        coin = replace(config.coin, port=machine.serve_pty(), escrow=160)
        other = replace(config, coin=coin)
        finding = next(f for f in look(other, clock) if f.subject == "coin machine")
        assert finding.good
        assert "160: Escrow, KVM KV-E1, serial 160001" in finding.facts
        assert machine.escrow
        machine.escrow.fault = 11
        finding = next(f for f in look(other, clock) if f.subject == "coin machine")
    assert not finding.good
    assert finding.facts[0].startswith("coin.escrow_fault: ")


@pytest.mark.daemon
@pytest.mark.parametrize(
    ("machine", "reason"),
    [
        (Machine(colour=False), "printer.not_colour"),
        (Machine(duplex=False), "printer.not_duplex"),
        (Machine(formats=("image/pwg-raster",)), "printer.not_pdf"),
    ],
)
def test_a_printer_that_cannot_make_a_certificate_is_refused(
    config: Config, machine: Machine, reason: str
) -> None:
    with VirtualPrinter(machine) as printer:
        other = replace(config, printer=replace(config.printer, device_uri=printer.device_uri))
        finding = next(f for f in look(other, SystemClock()) if f.subject == "printer")
    assert not finding.good
    assert [fact for fact in finding.facts if fact.startswith("printer.")] == [
        f"{reason}: {REASONS[reason].what} {REASONS[reason].advice}"
    ]


@pytest.mark.daemon
def test_a_printer_with_other_paper_in_it_is_refused_and_low_toner_is_only_said(
    config: Config,
) -> None:
    with VirtualPrinter() as printer:
        other = replace(config, printer=replace(config.printer, device_uri=printer.device_uri))
        printer.load_paper(5)
        finding = next(f for f in look(other, SystemClock()) if f.subject == "printer")
        assert finding.good
        assert "warning: printer.paper_low" in finding.facts
        printer.load_paper(100, media="iso_a5_148x210mm")
        finding = next(f for f in look(other, SystemClock()) if f.subject == "printer")
    assert not finding.good
    assert any(fact.startswith("printer.wrong_media: ") for fact in finding.facts)


@pytest.mark.daemon
@pytest.mark.parametrize(("kind", "lines"), [("serial", ()), ("gpio", ("4", "17"))])
def test_a_tray_sensor_that_is_configured_and_missing_is_refused(
    config: Config, kind: str, lines: tuple[str, ...]
) -> None:
    with VirtualPrinter() as printer:
        told = replace(config.printer, device_uri=printer.device_uri, tray=kind, tray_lines=lines,
                       tray_port=f"{config.journal.directory}/none")  # fmt: skip
        finding = next(f for f in look(replace(config, printer=told), SystemClock())
                       if f.subject == "printer")  # fmt: skip
    assert not finding.good
    assert any(fact.startswith("printer.tray_sensor: ") for fact in finding.facts)


@pytest.mark.parametrize("uri", ["socket://192.0.2.7:9100", "usb://Maker/Model", "file:///tmp/x"])
def test_a_printer_whose_sheets_cannot_be_counted_is_refused(config: Config, uri: str) -> None:
    other = replace(config, printer=replace(config.printer, device_uri=uri))
    finding = found(other)["printer"]
    assert not finding.good
    assert finding.facts[0].startswith("printer.not_ipp: ")
