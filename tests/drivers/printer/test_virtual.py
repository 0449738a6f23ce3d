"""The virtual printer, judged by CUPS' own test suite for IPP printers."""

import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.printer.contract import JobState
from drivers.printer.ipp_attributes import preamble, strings
from drivers.printer.ipp_codec import Group, Message
from drivers.printer.tables import GroupTag, Operation, Status, Tag
from drivers.printer.virtual import VirtualPrinter
from drivers.printer.virtual_engine import Machine
from tests.drivers.printer.documents import certificate_pdf

SUITES = Path("/usr/share/cups/ipptool")
"""Debian's cups-ipp-utils: the files with which CUPS' makers judge IPP printers."""


@pytest.fixture
def suites() -> Iterator[Path]:
    """The suites, with the sample files they name and Debian does not ship.

    ipptool stops at a file that is not there even where it would skip the test; those that are
    no PDF are never sent, since the printer does not take their formats.
    """
    with tempfile.TemporaryDirectory(prefix="k") as name:
        folder = Path(name)
        for suite in ("ipp-1.1.test", "ipp-2.0.test"):
            text = (SUITES / suite).read_text()
            (folder / suite).write_text(text)
            for sample in re.findall(r"^\s*FILE ([\w.-]+)", text, re.MULTILINE):
                (folder / sample).write_bytes(certificate_pdf(1) if ".pdf" in sample else b"-")
        (folder / "given.pdf").write_bytes(certificate_pdf(1))
        yield folder


@pytest.mark.daemon
@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize(("suite", "passes"), [("ipp-1.1.test", 31), ("ipp-2.0.test", 32)])
def test_ipptool_finds_no_fault(suites: Path, suite: str, passes: int) -> None:
    """`ipptool`'s suites for RFC 8011 and for PWG 5100.12 (IPP/2.0, which includes the first),
    from the first line to the last; what they skip is optional and not offered."""
    with VirtualPrinter(Machine(first_sheet_s=0.01, sheet_s=0.01)) as printer:
        result = subprocess.run(
            ["ipptool", "-I", "-t", "-f", str(suites / "given.pdf"), printer.device_uri,
             str(suites / suite)],
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
    assert (result.returncode, result.stderr) == (0, "")
    assert "[FAIL]" not in result.stdout
    assert result.stdout.count("[PASS]") == passes


def ask(printer: VirtualPrinter, operation: int, document: bytes = b"", **extra: str) -> Message:
    attributes = [*preamble(), strings(Tag.URI, "printer-uri", printer.device_uri)]
    attributes += [
        strings(Tag.MIME_TYPE, name.replace("_", "-"), text) for name, text in extra.items()
    ]
    group = Group(GroupTag.OPERATION, tuple(attributes))
    return printer.answer(Message(operation, 1, (group,), document))


def test_an_operation_it_does_not_know(printer: VirtualPrinter) -> None:
    assert ask(printer, 0x4000).code == Status.OPERATION_NOT_SUPPORTED


def test_a_format_it_does_not_take(printer: VirtualPrinter) -> None:
    answer = ask(printer, Operation.PRINT_JOB, b"text", document_format="text/plain")
    assert answer.code == Status.DOCUMENT_FORMAT_NOT_SUPPORTED
    assert printer.jobs == ()


@pytest.mark.parametrize("document", [b"%PDF-1.7 and no more", b"RaS2 and no more", b"neither"])
def test_a_broken_document_is_given_up(printer: VirtualPrinter, document: bytes) -> None:
    ask(printer, Operation.PRINT_JOB, document)
    assert printer.wait_until(lambda: printer.jobs[0].state == JobState.ABORTED)
    assert printer.jobs[0].reasons == ("document-format-error",)
    assert printer.delivered == ()


def test_power_lost_with_a_sheet_on_its_way() -> None:
    with VirtualPrinter(Machine(first_sheet_s=60)) as printer:
        ask(printer, Operation.PRINT_JOB, certificate_pdf(1))
        assert printer.wait_until(lambda: printer.paper == 249)
        printer.lose_power()
        assert printer.jobs == ()
        assert printer.troubles == ("media-jam",)
        assert (printer.destroyed, printer.delivered) == (1, ())


def test_bystanders_hear_what_happens(printer: VirtualPrinter) -> None:
    heard: list[tuple[str, int]] = []
    printer.observe(lambda news: heard.append((news.what, news.sheet.number if news.sheet else 0)))
    ask(printer, Operation.PRINT_JOB, certificate_pdf(1))
    assert printer.wait_until(lambda: bool(printer.jobs) and printer.jobs[0].ended)
    printer.take_paper()
    assert heard[0] == ("job", 0)
    assert [item for item in heard if item[1]] == [("sheet", 1), ("sheet", 2)]
    assert heard[-1] == ("taken", 0)


def test_neither_jobs_nor_sheets_show_their_document(printer: VirtualPrinter) -> None:
    ask(printer, Operation.PRINT_JOB, certificate_pdf(1))
    shown = repr(printer.jobs)
    assert printer.wait_until(lambda: len(printer.delivered) == 2)
    assert "PDF-1" not in shown + repr(printer.delivered)
