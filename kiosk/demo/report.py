"""What an autopilot's visit leaves behind: pictures, what each device did, money, verdict."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SeenScreen:
    """A screen as it stood on the glass, `at_s` seconds into the visit."""

    at_s: float
    name: str
    png: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class DidThing:
    """One thing a device or the resident did."""

    at_s: float
    who: str
    what: str
    number: int = 0
    """Its place in the logbook."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing that had to be true, and whether it was."""

    what: str
    true: bool | None
    """None: nobody could look, and `detail` says why."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SheetPicture:
    """One side of a delivered sheet; `document` names its PDF."""

    name: str
    document: str
    png: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """An upload and what the site said and showed."""

    sentence: str
    upload: bytes = field(repr=False)
    front: bytes | None = field(repr=False)
    """A PNG, None where the site showed no front."""
    agreement: float = 0.0
    """The share of the recovered ink that lies on ink of the delivered front."""

    @property
    def holds(self) -> bool:
        """Whether the front that was shown is the one that was delivered."""
        return self.front is not None and self.agreement >= _SAME_INK


_SAME_INK = 0.995
"""Of what was recovered, that must lie on the delivered front: a pixel at an edge may round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRecord:
    """Everything that is known of one visit."""

    title: str
    screens: tuple[SeenScreen, ...]
    things: tuple[DidThing, ...]
    proofs: tuple[Proof, ...]
    money: tuple[tuple[str, int], ...]
    """(where, yen): before, inserted, kept, returned ..."""
    documents: tuple[tuple[str, bytes], ...]
    """(name, PDF) as the printer received them."""
    sheets: tuple[SheetPicture, ...]
    receipt: bytes | None
    journal: str
    timings: tuple[tuple[str, float], ...] = ()
    """(what, seconds) as the journal has them."""
    inquiry: Inquiry | None = None
    """What the inquiry site said of the first sheet, where it was asked."""

    @property
    def passed(self) -> bool:
        """True only if every proof that could be looked for holds."""
        looked = [proof.true for proof in self.proofs if proof.true is not None]
        return bool(looked) and all(looked)


def write_report(record: VisitRecord, out: Path, page: str) -> Path:
    """Write the record and its page into `out` (made if missing; our older files are replaced)."""
    for folder in ("screens", "sheets"):
        (out / folder).mkdir(parents=True, exist_ok=True)
        for old in (out / folder).iterdir():
            old.unlink()
    for number, screen in enumerate(record.screens, 1):
        (out / "screens" / screen_file(number, screen)).write_bytes(screen.png)
    for name, pdf in record.documents:
        (out / "sheets" / f"{name}.pdf").write_bytes(pdf)
    for side in record.sheets:
        (out / "sheets" / f"{side.name}.png").write_bytes(side.png)
    if record.inquiry is not None:
        _write_inquiry(record.inquiry, out / "sheets")
    if record.receipt is not None:
        (out / "receipt.png").write_bytes(record.receipt)
    (out / "journal.jsonl").write_text(record.journal, encoding="utf-8")
    report = out / "report.html"
    report.write_text(page, encoding="utf-8")
    return report


def _write_inquiry(asked: Inquiry, folder: Path) -> None:
    (folder / "inquiry-upload.jpg").write_bytes(asked.upload)
    if asked.front is not None:
        (folder / "inquiry-front.png").write_bytes(asked.front)


def screen_file(number: int, screen: SeenScreen) -> str:
    """The name of a screen's picture."""
    return f"{number:02d}-{screen.name}.png"
