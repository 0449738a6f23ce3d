"""The very bytes that were checked are the bytes that are printed, from the centre to the spooler.

A real centre, the real child process, the real vault and print thread; the spooler's place is
taken by a list.
"""

import hashlib
import io
import queue
from typing import Any

import pikepdf
import pytest

from kiosk import center_visit
from kiosk.center_client import CentreDoor
from kiosk.document.examiner import Examiner
from kiosk.document.expected import PledgedCopy
from kiosk.document.job import Job
from kiosk.runtime.visit_centre import CentreThread
from kiosk.runtime.visit_doers import PrintThread
from kiosk.session import commands as cmd
from kiosk.session import events as ev
from kiosk.session.model import Choice
from kiosk.vault import Vault
from tests.kiosk.centre_at_work import CentreAtWork

pytestmark = pytest.mark.daemon

PATIENCE_S = 30.0


class Spooler:
    """What was handed over."""

    def __init__(self) -> None:
        self.jobs: list[tuple[str, bytes]] = []

    def submit(self, title: str, document: bytes) -> None:
        self.jobs.append((title, document))


class Witness:
    """Sees what goes from one hand to the next, and changes nothing."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pledged: list[PledgedCopy] = []
        self.examined: list[tuple[Job, bytes]] = []
        check, examine = center_visit.check_pledges, Examiner.examine

        def pledge(*args: Any) -> tuple[PledgedCopy, ...]:
            made = check(*args)
            self.pledged += made
            return made

        def look(child: Examiner, job: Job) -> bytes:
            sheets = examine(child, job)
            self.examined.append((job, sheets))
            return sheets

        monkeypatch.setattr(center_visit, "check_pledges", pledge)
        monkeypatch.setattr(Examiner, "examine", look)


def test_from_the_signed_statement_to_the_spooler(
    work: CentreAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    witness, spooler, vault = Witness(monkeypatch), Spooler(), Vault()
    said: queue.Queue[object] = queue.Queue()
    centre = CentreThread(CentreDoor(work.config()), work.ours, vault)
    prints = PrintThread(spooler, vault, said.put)
    centre.start(said.put)
    prints.start()
    try:
        ready = documents(work, centre, said)
        for copy in ready.ticket.copies:
            prints.stream(cmd.Stream(copy.ticket, copy.title))
            assert said.get(timeout=PATIENCE_S) == ev.Streamed(copy.title)
    finally:
        centre.stop()
        prints.stop()
    assert len(spooler.jobs) == len(witness.examined) == len(witness.pledged) == 2
    for (_, printed), (job, sheets), pledged in zip(
        spooler.jobs, witness.examined, witness.pledged, strict=True
    ):
        # What was signed for went into the child; what came out went to the printer.
        assert (job.document, job.marks) == (pledged.document, pledged.marks)
        assert printed == sheets
        assert parts_of(job.document) <= parts_of(printed)


def documents(
    work: CentreAtWork, centre: CentreThread, said: "queue.Queue[object]"
) -> ev.DocumentReady:
    """Two copies of a certificate, laid in."""
    centre.open()
    said.get(timeout=PATIENCE_S)
    signer = work.card("yamada-hanako")
    centre.visit.signed(signer.sign(centre.visit.to_sign("residence", signer.der)))
    centre.ask_offers()
    arrived = said.get(timeout=PATIENCE_S)
    assert isinstance(arrived, ev.OffersArrived), arrived
    persons = (arrived.offers.applicant,)
    centre.apply(Choice("resident_record", "self", (), persons, 2, 400))
    said.get(timeout=PATIENCE_S)
    ready = said.get(timeout=PATIENCE_S)
    assert isinstance(ready, ev.DocumentReady), ready
    return ready


def parts_of(pdf: bytes) -> set[bytes]:
    """Digests of all that draws: the contents of the first page, its fonts and their maps."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        page = document.pages[0].obj
        content = page.Contents.read_bytes()
        begin = content.index(b"1 0 0 1 0 0 cm")
        end = content.index(b"\nQ", content.rindex(b"B*"))
        found = {content[begin:end]}
        for font in page.Resources.Font.values():
            found |= {font.FontDescriptor.FontFile2.read_bytes(), font.ToUnicode.read_bytes()}
    return {hashlib.sha256(part).digest() for part in found}
