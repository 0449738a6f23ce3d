"""`kiosk check`: is this terminal ready? Each device asked, as text and as a page.

Moves nothing: no coin, no sheet, no card's PIN.
"""

import argparse
import html
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crypto.errors import CheckFailed
from drivers.clock import Clock
from drivers.errors import DeviceError
from drivers.reasons import REASONS
from kiosk.calibration import sentences
from kiosk.config import Config, ConfigError, load

UNFIT = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """What was asked of whom, and whether the answer lets the terminal serve."""

    subject: str
    good: bool
    facts: tuple[str, ...]


def add_parser(subparsers: Any) -> None:
    """Mount `check`; it sets `run(arguments) -> status`."""
    parser = subparsers.add_parser("check", help="ask every device; print a readiness page")
    parser.add_argument("--config", type=Path, required=True, help="the terminal's firmware.toml")
    parser.add_argument("--html", type=Path, help="also write the page to this file")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Status 0 when everything is ready, 1 when something is not, 3 for the configuration."""
    from kiosk.runtime.board import clock_of

    try:
        config = load(arguments.config)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return UNFIT
    findings = tuple(look(config, clock_of(config)))
    sys.stdout.write(as_text(findings))
    if arguments.html:
        arguments.html.write_text(as_html(config.terminal.name, findings), encoding="utf-8")
    return int(not all(finding.good for finding in findings))


def look(config: Config, clock: Clock) -> Iterable[Finding]:
    """Ask everything, one after the other; a device that fails does not hide the next."""
    questions: tuple[tuple[str, Callable[[Config, Clock], Finding]], ...] = (
        ("terminal", _terminal),
        ("journal", _journal),
        ("certificates", _certificates),
        ("document examiner", _examiner),
        ("card reader", _card),
        ("coin machine", _coins),
        ("printer", _printer),
        ("receipt printer", _receipt),
    )
    for subject, ask in questions:
        try:
            yield ask(config, clock)
        except DeviceError as error:
            reason = error.reason
            facts = (f"{reason.name}: {reason.what}", error.detail, reason.advice)
            yield Finding(subject, good=False, facts=tuple(filter(None, facts)))
        except (CheckFailed, OSError, ImportError) as error:
            yield Finding(subject, good=False, facts=(str(error),))


def as_text(findings: Iterable[Finding]) -> str:
    """The page for a terminal window."""
    lines = []
    for finding in findings:
        lines.append(f"{'ok  ' if finding.good else 'FAIL'}  {finding.subject}")
        lines += [f"        {fact}" for fact in finding.facts]
    return "\n".join([*lines, ""])


def as_html(name: str, findings: Iterable[Finding]) -> str:
    """The page for a browser; self-contained."""
    rows = "".join(
        f'<tr class="{"good" if finding.good else "bad"}"><th>{html.escape(finding.subject)}</th>'
        f"<td>{'ready' if finding.good else 'not ready'}</td>"
        f"<td>{'<br>'.join(html.escape(fact) for fact in finding.facts)}</td></tr>"
        for finding in findings
    )
    return _PAGE.format(name=html.escape(name), rows=rows)


def _troubles(subject: str, troubles: Iterable[str], facts: Iterable[str]) -> Finding:
    found = tuple(troubles)
    words = tuple(f"{REASONS[t].name}: {REASONS[t].what} {REASONS[t].advice}" for t in found)
    return Finding(subject, good=not found, facts=(*words, *facts))


def _terminal(config: Config, _clock: Clock) -> Finding:
    """A terminal that runs holds its devices, and they would all seem to be broken."""
    from kiosk.journal.writer import in_use

    running = in_use(Path(config.journal.directory))
    what = "it is running and holds its devices; stop it to check them" if running else "stopped"
    return Finding("terminal", good=not running, facts=(what,))


def _journal(config: Config, _clock: Clock) -> Finding:
    from kiosk.journal.memory import fold
    from kiosk.journal.reader import JournalDamaged, read
    from kiosk.journal.writer import NAME

    try:
        reading = read(Path(config.journal.directory) / NAME)
    except JournalDamaged as error:
        return Finding("journal", good=False, facts=(str(error),))
    memory = fold((record.entry for record in reading.records), config.float)
    stock = ", ".join(f"¥{value} x {pieces}" for value, pieces in memory.coins.pieces)
    facts = [f"{len(reading.records)} records", f"coins by the books: {stock or 'none'}"]
    facts += [f"case {name}: ¥{yen:,} open" for name, yen in memory.cases]
    if memory.unfinished:
        facts.append("the last run left something open; the next start settles it")
    return Finding("journal", good=True, facts=tuple(facts))


def _certificates(config: Config, clock: Clock) -> Finding:
    from crypto.certificates import has_list_in_force, parse_pem_bundle
    from kiosk.center_client import CentreLine, load_trust

    trust = load_trust(config.center)
    CentreLine(config.center)
    facts = [f"terminal {trust.terminal}", f"sites: {', '.join(config.center.sites)}"]
    at = int(clock.utc().timestamp())
    lapsed = [
        root.subject.rfc4514_string()
        for root in parse_pem_bundle(trust.document_roots)
        if not has_list_in_force(root.subject, trust.document_crls, at)
    ]
    facts += [f"no revocation list in force for {name}: fetch it anew" for name in lapsed]
    return Finding("certificates", good=not lapsed, facts=tuple(facts))


def _examiner(_config: Config, _clock: Clock) -> Finding:
    """The child process that reads certificates, and what this machine lets it give up."""
    from kiosk.document.examiner import ChildUnfit, Examiner

    with Examiner() as child:
        try:
            confined = child.confinement()
        except ChildUnfit as unfit:
            return Finding("document examiner", good=False, facts=(str(unfit),))
    facts = (
        f"without a network: {'yes' if confined.network else 'no, the kernel did not grant it'}",
        f"system calls filtered: {'yes' if confined.calls else 'no, the kernel did not grant it'}",
        "memory, time, files and output limited: yes",
    )
    return Finding("document examiner", good=confined.enough, facts=facts)


def _card(config: Config, clock: Clock) -> Finding:
    from drivers.card.pcsc import PcscCardReader

    reader = PcscCardReader(config.card, clock)
    try:
        able, status = reader.capabilities(), reader.status()
    finally:
        reader.close()
    kinds = ", ".join(sorted(kind.value for kind in able.kinds))
    facts = [able.reader, *able.others, f"kinds: {kinds}", f"now: {status.presence}"]
    facts += [f"no driver for {name}" for name in able.without_driver]
    return Finding("card reader", good=True, facts=tuple(facts))


def _coins(config: Config, clock: Clock) -> Finding:
    from drivers.coin.vendor import coin_vendor

    vendor = coin_vendor(config.coin, clock)
    try:
        able, status = vendor.capabilities(), vendor.status()
    finally:
        vendor.close()
    taken = (able.accepts & able.dispenses) | able.bills
    accepts = ", ".join(f"¥{value}" for value in sorted(taken))
    return _troubles("coin machine", status.troubles, (*able.devices, f"takes {accepts}"))


def _printer(config: Config, clock: Clock) -> Finding:
    from drivers.printer.ipp import IppPrinterWatch
    from kiosk.runtime.board import tray_sensor

    sensor = tray_sensor(config.printer, clock)
    watch = IppPrinterWatch(config.printer, clock, sensor)
    try:
        able, status = watch.capabilities(), watch.status()
    finally:
        if sensor is not None:
            sensor.close()
    lacks = [
        reason
        for reason, there in (
            ("printer.not_duplex", able.duplex),
            ("printer.not_colour", able.colour),
            ("printer.wrong_media", able.a4),
            ("printer.not_pdf", able.pdf or not config.printer.direct_pdf),
        )
        if not there
    ]
    facts = (able.maker, able.device_uri, f"PDF as it is: {'yes' if able.pdf else 'no'}",
             f"tray: {status.tray}", *sentences(config, able),
             *(f"warning: {word}" for word in status.warnings))  # fmt: skip
    return _troubles("printer", dict.fromkeys((*status.troubles, *lacks)), facts)


def _receipt(config: Config, clock: Clock) -> Finding:
    from drivers.receipt.escpos import EscposReceiptPrinter

    printer = EscposReceiptPrinter(config.receipt, clock)
    try:
        status = printer.status()
    finally:
        printer.close()
    near_end = ("warning: the roll is near its end",) if status.near_end else ()
    return _troubles("receipt printer", status.troubles, near_end)


_PAGE = """<!doctype html>
<meta charset="utf-8"><title>{name}</title>
<style>
 body {{ font: 17px/1.5 system-ui, sans-serif; margin: 3em auto; max-width: 62em; color: #1b2430 }}
 table {{ border-collapse: collapse; width: 100% }}
 th, td {{ text-align: left; vertical-align: top; padding: .7em 1em;
           border-bottom: 1px solid #d5dbe3 }}
 tr.good td:nth-child(2) {{ color: #0b6b3a }}
 tr.bad {{ background: #fdf1e3 }} tr.bad td:nth-child(2) {{ color: #a03000; font-weight: bold }}
</style>
<h1>{name}</h1><table>{rows}</table>
"""
