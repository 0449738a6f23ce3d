"""The processes of documents: what they find, what ends them, and that nobody else waits."""

import contextlib
import datetime
import io
import os
import queue
import signal
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from center import demo
from center.antiforgery.reading import DeliveryContext
from center.issuing import document
from center.issuing.extract import RESIDENT_RECORD, SELF, Extract
from center.issuing.municipality import load as load_municipality
from center.pki.layout import State
from center.wire.endpoints import STAMP_KEY
from center.wire.messages import Stamp
from center.workroom import room as room_module
from center.workroom.room import Workroom
from crypto.errors import CheckFailed
from tests.center.conftest import NOON

pytestmark = pytest.mark.daemon
NOW = int(NOON.timestamp())
STAMP = Stamp(b"a" * 32, b"c" * 32, RESIDENT_RECORD, SELF, (), ("r",), 1, "AAAA-BBBB-CCCC-DDDD")
ONE = DeliveryContext(STAMP.document_id, 1, issued=NOW, municipality="992011")
Mend = Callable[[pikepdf.Pdf], None]


@pytest.fixture(scope="module")
def room(pki_state: State) -> Iterator[Workroom]:
    made = demo._workroom(pki_state, 2)
    try:
        made.begin()
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def paper(pki_state: State) -> Callable[..., bytes]:
    """A signed certificate, mended before it is signed."""
    press = demo._press(pki_state, load_municipality())
    extract = Extract(RESIDENT_RECORD, SELF, frozenset(), (press.registration.residents[0],))
    drawn = document.put_stamp(
        document.draw(extract, press.office, datetime.date(2026, 11, 20)), STAMP
    )

    def make(mend: Mend = lambda _pdf: None) -> bytes:
        out = io.BytesIO()
        with pikepdf.open(io.BytesIO(drawn)) as pdf:
            mend(pdf)
            pdf.save(out)
        return press.sign_pdf(out.getvalue(), NOW)

    return make


def forms_in_forms(pdf: pikepdf.Pdf) -> None:
    """20 to the sixth drawings in some kilobytes."""

    def form(content: bytes, **more: object) -> pikepdf.Object:
        room = Array([0, 0, 595, 842])
        return pdf.make_stream(
            content,
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=room,
            **more,  # type: ignore[arg-type]
        )

    inner = form(b"0 0 1 1 re f")
    for _ in range(6):
        inner = form(b"/A Do " * 20, Resources=Dictionary(XObject=Dictionary(A=inner)))
    page = pdf.pages[0].obj
    page.Resources.XObject = Dictionary(A=inner)
    page.Contents = pdf.make_stream(page.Contents.read_bytes() + b"\nq /A Do Q")


def bomb(pdf: pikepdf.Pdf) -> None:
    """A stamp of four gigabytes, packed."""
    packing = zlib.compressobj(9)
    packed = b"".join(packing.compress(bytes(1 << 20)) for _ in range(40)) + packing.flush()
    twice = zlib.compress(packed, 9)
    stream = pdf.make_stream(b"")
    stream.write(twice, filter=Array([Name.FlateDecode, Name.FlateDecode]))
    pdf.Root[STAMP_KEY] = stream


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(CheckFailed) as caught:
        work()
    return caught.value.failure


def test_it_finds_what_is_found_here(
    room: Workroom, paper: Callable[..., bytes], pki_state: State
) -> None:
    pdf = paper()
    assert room.parse(pdf, NOW) == demo._issuing_servers(pki_state).documents.parse(pdf, NOW)
    assert room.parse(pdf, NOW).stamp == STAMP
    marks = room.make(pdf, ONE)
    room.read_back(marks, pdf, ONE)
    with pikepdf.open(io.BytesIO(marks)) as laid:
        assert len(laid.pages) == 2


def test_refusals_keep_their_names(room: Workroom, paper: Callable[..., bytes]) -> None:
    pdf = paper()
    before = room.pids
    assert refused(lambda: room.parse(b"%PDF-1.7 nothing", NOW)) == "document.bad_signature"
    late = NOW + 100 * 86_400
    assert refused(lambda: room.parse(pdf, late)) == "trust.list_not_in_force"
    none = paper(lambda made: made.Root.__delitem__(STAMP_KEY))
    assert refused(lambda: room.parse(none, NOW)) == "stamp.other_application"
    marks = room.make(pdf, ONE)
    other = replace(ONE, document_id="ZZZZ-BBBB-CCCC-DDDD")
    assert refused(lambda: room.read_back(marks, pdf, other)) == "marks.read_back"
    assert refused(lambda: room.make(pdf, replace(ONE, pages=3))) == "marks.read_back"
    assert before <= room.pids


def test_what_one_document_costs_nobody_else_pays(
    room: Workroom, paper: Callable[..., bytes]
) -> None:
    hostile, good = paper(forms_in_forms), paper()
    room.parse(hostile, NOW)
    before = room.pids
    with ThreadPoolExecutor(1) as beside:
        slow = beside.submit(refused, lambda: room.make(hostile, ONE))
        room.read_back(room.make(good, ONE), good, ONE)
        assert not slow.done() or slow.result() == "document.too_complex"
        assert slow.result() == "document.too_complex"
    assert not before <= room.pids, "the process that died of it is not used again"
    room.read_back(room.make(good, ONE), good, ONE)


def test_a_stamp_that_grows(room: Workroom, paper: Callable[..., bytes]) -> None:
    assert refused(lambda: room.parse(paper(bomb), NOW)) in {
        "stamp.other_application",
        "document.too_complex",
    }
    assert room.parse(paper(), NOW).stamp == STAMP


def test_no_document_is_to_blame_for_a_process_that_was_killed(
    room: Workroom, paper: Callable[..., bytes]
) -> None:
    pdf = paper()
    before = room.pids
    for pid in before:
        os.kill(pid, signal.SIGKILL)
        # One that had not begun yet is waited for by the thread that starts it.
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert room.parse(pdf, NOW).stamp == STAMP


def test_nothing_of_it_stays(pki_state: State) -> None:
    made = demo._workroom(pki_state, 1)
    made.begin()
    (pid,) = made.pids
    made.close()
    made.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(CheckFailed, match=r"centre\.failed"):
        made._take(0.1)


def test_what_an_engine_needs_is_drawn_when_its_terminal_opens_a_visit(
    pki_state: State, paper: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told to those there are, once for each kind of engine; and a later process hears of it."""
    heard: queue.SimpleQueue[tuple[int, str]] = queue.SimpleQueue()
    ask = room_module._Child.ask

    def listening(child: Any, header: dict[str, Any], body: bytes) -> Any:
        answer = ask(child, header, body)
        # Another room's process may be starting still.
        if header["do"] == "expect" and child.pid in made.pids:
            heard.put((child.pid, header["calibration"]))
        return answer

    monkeypatch.setattr(room_module._Child, "ask", listening)
    made = demo._workroom(pki_state, 1)
    try:
        made.begin()
        (first,) = made.pids
        made.expect("1.2.cmyk.12345678")
        told = [heard.get(timeout=60) for _ in range(2)]
        assert told == [(first, "1.0.rgb.00000000"), (first, "1.2.cmyk.00000000")]
        made.expect("1.2.cmyk.87654321")
        made.expect("")
        os.kill(first, signal.SIGKILL)
        os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
        pdf = paper()
        context = replace(ONE, calibration="1.2.cmyk.12345678")
        made.read_back(made.make(pdf, context), pdf, context)
        (second,) = made.pids
        told = [heard.get(timeout=60) for _ in range(2)]
        assert second != first
        assert told == [(second, "1.0.rgb.00000000"), (second, "1.2.cmyk.00000000")]
    finally:
        made.close()
    assert heard.empty()
