"""Watches one visit on the stage and says at its end what had to be true, and whether it was."""

import datetime
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from kiosk.certificates import CERTIFICATES
from kiosk.demo.autopilot import Wishes
from kiosk.demo.glass_link import Frame
from kiosk.demo.memory import holds_mark
from kiosk.demo.report import Proof, SeenScreen, SheetPicture, VisitRecord
from kiosk.demo.residue import find_residue, marks_of
from kiosk.demo.stage import DemoStage
from kiosk.journal.reader import JournalDamaged, read

_SHEET_DPI = 150
_BACK_TO_START_S = 20.0


class Recorder:
    """Starts watching when made; `finish` waits for the first picture and gives the record."""

    def __init__(self, stage: DemoStage, wishes: Wishes) -> None:
        self._stage = stage
        self._wishes = wishes
        self.lost = ""
        """Where the autopilot could not get on, or empty."""
        self._began_s = stage.clock.monotonic_s()
        self._log_s = stage.logbook.now_s()
        self._before = stage.devices.truth()
        self._sheets = len(stage.devices.printer.delivered)
        self._slips = len(stage.devices.receipt.slips)
        self._journal_lines = len(stage.journal.text().splitlines())
        self._visit_pid = 0
        self._screens: list[SeenScreen] = []
        self._standing: Frame | None = None
        self._since_s = 0.0
        if stage.glass.frame.screen:
            self._saw(stage.glass.frame)
        stage.on_frame = self._saw

    def finish(self) -> VisitRecord:
        """The whole record. Waits until the terminal shows its first picture again."""
        back = self._back_at_start()
        self._stage.on_frame = None
        self._keep_standing()
        devices = self._stage.devices
        whole = self._journal()
        journal = "\n".join(whole.splitlines()[self._journal_lines :])
        delivered = devices.printer.delivered[self._sheets :]
        sides = [
            (f"sheet-{sheet.number}", name, side)
            for sheet in delivered
            for name, side in (("front", sheet.front), ("back", sheet.back))
            if side is not None
        ]
        slips = range(self._slips + 1, len(devices.receipt.slips) + 1)
        proofs = tuple(self._proofs(journal, back=back))
        return VisitRecord(
            title=self._title(),
            screens=tuple(self._screens),
            things=tuple(
                replace(thing, at_s=thing.at_s - self._log_s)
                for thing in self._stage.logbook.since(self._log_s)
            ),
            proofs=proofs,
            money=tuple(self._money()),
            documents=tuple((f"sheet-{sheet.number}", sheet.pdf()) for sheet in delivered),
            sheets=tuple(
                SheetPicture(f"{sheet}-{name}", sheet, _image(side)) for sheet, name, side in sides
            ),
            receipt=devices.slip_png(slips[-1]) if slips else None,
            # From the first record: the chain can be verified, and what stopped a visit before
            # it began is in it.
            journal=whole,
            timings=tuple(_timings(journal)),
        )

    def _journal(self) -> str:
        """Every record so far; one that is being written is none yet."""
        text = self._stage.journal.text()
        return text[: text.rfind("\n") + 1]

    def _title(self) -> str:
        wishes = self._wishes
        certificate = CERTIFICATES[wishes.certificate].japanese
        return f"{certificate}, {_count(wishes.copies, 'copy', 'copies')}, in {wishes.language}"

    # --- screens -------------------------------------------------------------------------

    def _saw(self, frame: Frame) -> None:
        """Keep each screen as the resident left it, without a finger on it."""
        if not self._screens and self._standing is None:
            self._began_s = self._stage.clock.monotonic_s()
            self._log_s = self._stage.logbook.now_s()
        self._visit_pid = self._visit_pid or self._stage.glass.pid
        kept = self._standing
        if kept is not None and _look(kept) != _look(frame):
            self._keep_standing()
            kept = None
        if kept is None:
            self._since_s = frame.at_s
        if kept is None or not frame.pressed:
            self._standing = frame

    def _keep_standing(self) -> None:
        frame, self._standing = self._standing, None
        if frame is not None and frame.screen:
            at_s = max(0.0, self._since_s - self._began_s)
            self._screens.append(SeenScreen(at_s, frame.screen, frame.png))

    def _back_at_start(self) -> bool:
        try:
            self._stage.glass.wait_for(lambda f: f.screen == "start", _BACK_TO_START_S)
        except TimeoutError:
            return False
        return True

    # --- what had to be true -------------------------------------------------------------

    def _proofs(self, journal: str, *, back: bool) -> Iterator[Proof]:
        yield Proof("the resident got to the end", not self.lost, self.lost)
        yield from self._paper(journal)
        yield from self._coins(journal)
        slips = len(self._stage.devices.receipt.slips) - self._slips
        yield Proof("the receipt came out", slips == 1, _count(slips, "slip"))
        yield self._journal_whole()
        yield Proof("the first picture stands again", back, "")
        yield from self._nothing_left()

    def _paper(self, journal: str) -> Iterator[Proof]:
        printer = self._stage.devices.printer
        sheets = printer.delivered[self._sheets :]
        ends = [f for kind, f in _entries(journal) if kind == "print.end"]
        whole = sum(fields["result"] == "printed" for fields in ends)
        counted = sum(fields["sheets"] for fields in ends)
        came = whole == len(ends) == self._wishes.copies
        yield Proof("the certificate came out", came, _count(whole, "copy", "copies"))
        same = bool(sheets) and len(sheets) == counted
        yield Proof("as many sheets as the journal counts", same, _count(len(sheets), "sheet"))
        both = all(sheet.back is not None for sheet in sheets)
        yield Proof("every sheet is printed on both sides", bool(sheets) and both, "")
        yield Proof("the tray was emptied", not printer.tray, "")
        ended = all(job.ended for job in printer.jobs)
        yield Proof("the printer holds no job", ended, "")

    def _coins(self, journal: str) -> Iterator[Proof]:
        after, before = self._stage.devices.truth(), self._before
        settled = [f for kind, f in _entries(journal) if kind == "money.settled"]
        yield Proof("no coin was made or lost", after.conserved, "")
        paid = before.customer_yen - after.customer_yen
        gained = after.machine_yen - before.machine_yen
        kept = sum(fields["kept"] for fields in settled)
        owed = sum(fields["owed"] for fields in settled)
        yield Proof("what the customer paid is in the machine", paid == gained, f"¥{paid}")
        yield Proof("and it is the fee the journal names", len(settled) == 1 and paid == kept > 0)
        yield Proof("nothing is owed", owed == 0, f"¥{owed}")

    def _journal_whole(self) -> Proof:
        try:
            reading = read(self._stage.journal.path)
        except JournalDamaged as damage:
            return Proof("the journal is whole", true=False, detail=str(damage))
        return Proof(
            "the journal is whole", true=True, detail=_count(len(reading.records), "record")
        )

    def _nothing_left(self) -> Iterator[Proof]:
        pid = self._visit_pid
        gone = bool(pid) and not Path(f"/proc/{pid}").exists()
        yield Proof("the visit's process is gone", gone, f"process {pid}")
        yield self._card_powered_off()
        marks = marks_of(self._stage.card_file())
        if marks:
            yield from self._resident_forgotten(marks)
        else:
            yield Proof("nothing of the resident is left", None, "nobody knows whose card it was")
        yield self._pin_not_written()

    def _card_powered_off(self) -> Proof:
        what = "the card was left without power"
        verified = self._stage.devices.last_card_verified
        if verified is None:
            return Proof(what, None, "the card was somebody else's")
        return Proof(what, not verified)

    def _resident_forgotten(self, marks: tuple[str, ...]) -> Iterator[Proof]:
        found = find_residue(self._stage.private_places(), marks)
        yield Proof(
            "no name, address or number of the resident is in any file of the terminal",
            not found, ", ".join(found) or f"{_count(len(marks), 'mark')} looked for",
        )  # fmt: skip
        yield self._supervisor_holds_nobody(marks)

    def _supervisor_holds_nobody(self, marks: tuple[str, ...]) -> Proof:
        pid = self._stage.terminal.pid
        what = "none of them is in the supervisor's memory"
        try:
            return Proof(what, not holds_mark(pid, marks), f"process {pid}")
        except OSError as error:
            return Proof(what, None, f"its memory cannot be read: {error.strerror}")

    def _pin_not_written(self) -> Proof:
        """As a number of its own; four digits inside a longer one prove nothing."""
        pin = self._wishes.pin()
        log = self._stage.terminal.log.read_text(encoding="utf-8", errors="replace")
        alone = re.compile(rf"(?<![\w.:-])(?<!process ){re.escape(pin)}(?![\w.:-])")
        values = {str(value) for _, f in _entries(self._journal()) for value in f.values()}
        if not pin:
            return Proof("the PIN is written nowhere", None, "nobody knows the PIN")
        clean = not alone.search(log) and pin not in values
        return Proof("the PIN is neither in the log nor in the journal", clean)

    def _money(self) -> Iterator[tuple[str, int]]:
        after, before = self._stage.devices.truth(), self._before
        yield "the customer's coins went down by", before.customer_yen - after.customer_yen
        yield "the machine's coins went up by", after.machine_yen - before.machine_yen
        for kind, fields in _entries(self._journal()):
            if kind == "money.settled":
                for name in ("inserted", "kept", "returned", "owed"):
                    yield f"journal: {name}", fields[name]


_SPANS = (
    ("card: PIN entered to holder proved", ("visit.step", "read_card"), "visit.authenticated"),
    ("centre: confirmed to document checked", ("visit.step", "fetch"), "visit.document"),
    ("paid to the first sheet counted", ("pay.covered", ""), "print.end"),
    ("first coin to money settled", ("coin.in", ""), "money.settled"),
    ("the whole visit", ("visit.begin", ""), "visit.end"),
)
"""What is timed: from the first record of a kind (and state) to the next of another."""


def _timings(journal: str) -> Iterator[tuple[str, float]]:
    """Seconds between records, as the journal has their time."""
    bodies = [json.loads(line)["body"] for line in journal.splitlines()]
    for what, (kind, state), last in _SPANS:
        began = (b for b in bodies if b["kind"] == kind and state in ("", b["f"].get("state")))
        first = next(began, None)
        after = bodies[bodies.index(first) :] if first else []
        ended = next((b for b in after if b["kind"] == last), None)
        if first and ended:
            yield what, (_moment(ended) - _moment(first)).total_seconds()


def _moment(body: dict[str, Any]) -> datetime.datetime:
    return datetime.datetime.fromisoformat(body["at"])


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _look(frame: Frame) -> tuple[object, ...]:
    return frame.screen, frame.page, frame.overlay, frame.language


def _entries(journal: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for line in journal.splitlines():
        body = json.loads(line)["body"]
        yield str(body["kind"]), body["f"]


def _image(side: Any) -> bytes:
    buffer = io.BytesIO()
    side.image(_SHEET_DPI).save(buffer, "PNG")
    return buffer.getvalue()
