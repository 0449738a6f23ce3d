"""`python -m tests.bench.issuing`: how fast a certificate is checked, and how many are issued.

Three figures: the terminal's checks on one delivery of a one-sheet certificate, the child process
started beforehand; certificates a second from centre and municipality in one process with fifty
terminals that never pause; and where the time of one certificate goes. Prints Markdown.
"""

import argparse
import contextlib
import datetime
import json
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from center import demo
from center.antiforgery.keyring import open_keyring
from center.antiforgery.marks import Engraver
from center.antiforgery.reading import DeliveryContext
from center.clock import FixedClock, SystemClock, stopwatch, utc_seconds
from center.issuing import document
from center.issuing.extract import RESIDENT_RECORD, SELF, Extract
from center.issuing.municipality import load as load_municipality
from center.pki.layout import State
from center.pki.make import make
from center.relay.inspection import read_stamp
from center.store.store import Store
from center.wire.endpoints import APPLY, AUTHENTICATE, OPEN_VISIT
from center.wire.messages import Stamp
from crypto.pdf_signature import check_pdf
from drivers.clock import VirtualClock
from kiosk.bench import proc
from kiosk.center_client import CentreLine, CentreTrust, load_trust
from kiosk.center_visit import CentreVisit
from kiosk.document.examiner import Examiner
from kiosk.document.expected import Expected, PledgedCopy
from kiosk.document.pledges import check_pledges
from kiosk.runtime.visit_centre import job_for
from kiosk.session.model import Choice
from tests.center.assembly import Assembly, assemble
from tests.center.software_terminal import Answer, Line, SoftwareCard, Visit, terminal_context
from tests.kiosk.centre_at_work import config_for

TERMINALS = 50
_TICKS = os.sysconf("SC_CLK_TCK")
_CARDS = ("yamada-taro", "yamada-hanako", "takasaki-noboru", "kim-minjun", "takahashi-michiko")


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="tests.bench.issuing", description=__doc__)
    parser.add_argument("--checks", type=int, default=200)
    parser.add_argument("--certificates", type=int, default=400)
    parser.add_argument("--only-checks", action="store_true", help="nothing but the first figure")
    parsed = parser.parse_args(arguments)
    root = Path(tempfile.mkdtemp(prefix="k"))
    try:
        state = State(root)
        make(state, SystemClock().utc())
        parts: tuple[Callable[[], list[str]], ...] = (
            lambda: checks(state, parsed.checks),
            lambda: steps(state),
            lambda: answers(state),
            lambda: throughput(state, parsed.certificates),
        )
        for part in parts[: 1 if parsed.only_checks else None]:
            sys.stdout.write("\n".join([*part(), "", ""]))
    finally:
        shutil.rmtree(root)
    return 0


def row(name: str, seconds: list[float]) -> str:
    """A row of the tables: milliseconds at p50, p95 and p99."""
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return f"| {name} | " + " | ".join(f"{cuts[at - 1] * 1000:.0f}" for at in (50, 95, 99)) + " |"


_HEAD = ("| ms | p50 | p95 | p99 |", "| --- | --- | --- | --- |")


# --- the terminal's checks ------------------------------------------------------------------


class _Direct(CentreLine):
    """The line, into an assembly; keeps the last answer."""

    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        self.last = b""

    def post(self, path: str, body: bytes) -> bytes:
        self.last = self._assembly.post(path, body)
        return self.last


def checks(state: State, count: int) -> list[str]:
    """Checks 1 to 13 on deliveries of one copy on one sheet."""
    clock = FixedClock(SystemClock().utc().replace(hour=3, minute=0))
    trust, ours = load_trust(config_for(state, ())), VirtualClock(clock.utc())
    before: list[float] = []
    whole: list[float] = []
    spent: list[float] = []
    with contextlib.closing(Store(":memory:")) as store, Examiner() as child:
        line = _Direct(assemble(state, clock, store))
        for number in range(count + 5):
            visit = _applied(state, line, trust, ours)
            expected = visit.expected()
            visit.deliver()
            began, cpu = stopwatch(), _cpu_ns(child.pid) + time.thread_time_ns()
            (copy,) = check_pledges(
                line.last, expected, trust.statements, visit._keys.seal, utc_seconds(clock)
            )
            pledged = stopwatch()
            _examined(child, copy, expected, trust, ours)
            if number >= 5:  # the child has loaded everything by then
                before.append(pledged - began)
                whole.append(stopwatch() - began)
                spent.append((_cpu_ns(child.pid) + time.thread_time_ns() - cpu) / 1e9)
    return [
        f"Terminal's checks on M9, one sheet, {count} deliveries, child process running:",
        "",
        *_HEAD,
        row("1 to 8, statements and digests", before),
        row("1 to 13, sheets composed", whole),
        row("the same, CPU of both processes", spent),
    ]


def _applied(state: State, line: _Direct, trust: CentreTrust, clock: VirtualClock) -> CentreVisit:
    visit = CentreVisit(line, trust, clock)
    card = SoftwareCard(state.card(_CARDS[0]), trust.cards.authorities)
    visit.open()
    visit.signed(card.sign(visit.to_sign("residence", card.der)))
    offers = visit.offers()
    visit.apply(Choice("resident_record", "self", (), (offers.applicant,), 1, 200))
    return visit


def _examined(
    child: Examiner, copy: PledgedCopy, expected: Expected, trust: CentreTrust, clock: VirtualClock
) -> None:
    if not child.examine(job_for(copy, expected, trust, clock)):
        raise AssertionError("no sheets")


# --- where the time of one certificate goes -------------------------------------------------


def steps(state: State, count: int = 40) -> list[str]:
    """One thread, nobody else: the costly steps of municipality and centre."""
    press = demo._press(state, load_municipality())
    resident = press.registration.residents[0]
    extract = Extract(RESIDENT_RECORD, SELF, frozenset(), (resident,))
    day, at = datetime.date(2026, 11, 20), utc_seconds(SystemClock())
    stamp = Stamp(b"a" * 32, b"c" * 32, RESIDENT_RECORD, SELF, (), ("r",), 1, "A" * 19)
    context = DeliveryContext(stamp.document_id, 1)
    picture = document.draw(extract, press.office, day)
    stamped = document.put_stamp(picture, stamp)
    pdf = press.sign_pdf(stamped, at)
    engraver = Engraver(open_keyring(state.scramble))
    marks = engraver.make(pdf, context)
    work: tuple[tuple[str, Callable[[], object]], ...] = (
        ("municipality: draw", lambda: document.draw(extract, press.office, day)),
        ("municipality: stamp", lambda: document.put_stamp(picture, stamp)),
        ("municipality: sign (PAdES)", lambda: press.sign_pdf(stamped, at)),
        ("centre: signature", lambda: check_pdf(pdf, demo._document_trust(state), at, "x")),
        ("centre: stamp", lambda: read_stamp(pdf)),
        ("centre: marks", lambda: engraver.make(pdf, context)),
        ("centre: marks read back", lambda: engraver.read_back(marks, pdf, context)),
    )
    lines = ["CPU of one one-sheet certificate, step by step, one thread:", "", *_HEAD]
    for name, step in work:
        step()
        lines.append(row(name, [_timed(step) for _ in range(count)]))
    return lines


def _timed(step: Callable[[], object]) -> float:
    """CPU seconds of all its threads, so that neighbours on the machine do not count."""
    began = time.process_time()
    step()
    return time.process_time() - began


def answers(state: State, count: int = 40) -> list[str]:
    """One thread: what each request costs centre and municipality together, without a wire."""
    spent: dict[str, list[float]] = {OPEN_VISIT: [], AUTHENTICATE: [], APPLY: []}
    clock = FixedClock(SystemClock().utc().replace(hour=3, minute=0))
    with contextlib.closing(Store(str(state.root / "bench.sqlite"))) as store:
        line = _Counting(assemble(state, clock, store), spent)
        for _ in range(count + 3):
            visit = Visit(state, _CARDS[0], clock)
            visit.open(line)  # type: ignore[arg-type]
            visit.authenticate(line)  # type: ignore[arg-type]
            visit.apply(line, visit.application(application=secrets.token_bytes(16)))  # type: ignore[arg-type]
    return [
        "CPU of centre and municipality for one request, without TLS and HTTP, one thread:",
        "",
        *_HEAD,
        row("visit opened (M1, M2)", spent[OPEN_VISIT][3:]),
        row("offers (M4 to M6), every check twice", spent[AUTHENTICATE][3:]),
        row("certificate (M7 to M9)", spent[APPLY][3:]),
    ]


class _Counting:
    """The software terminal's line, into an assembly; counts CPU."""

    def __init__(self, assembly: Assembly, spent: dict[str, list[float]]) -> None:
        self._assembly = assembly
        self._spent = spent

    def post(self, path: str, body: bytes) -> Answer:
        began = time.process_time()
        answer = self._assembly.post(path, body)
        self._spent[path].append(time.process_time() - began)
        return Answer(200, answer)


# --- fifty terminals ------------------------------------------------------------------------


@dataclass
class _Measured:
    """What the terminals saw."""

    left: int
    opened: list[float] = field(default_factory=list)
    offered: list[float] = field(default_factory=list)
    issued: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self) -> bool:
        with self.lock:
            self.left -= 1
            return self.left >= 0


def throughput(state: State, certificates: int) -> list[str]:
    """The centre with the responder, and the municipality, a process each; the terminals here."""
    with _serving(state) as (port, pids):
        _work(state, port, _Measured(TERMINALS))  # warm
        measured = _Measured(certificates)
        before, own = {name: _cpu_s(pid) for name, pid in pids.items()}, time.process_time()
        began = stopwatch()
        _work(state, port, measured)
        wall = stopwatch() - began
        busy = {name: _cpu_s(pid) - before[name] for name, pid in pids.items()}
        ours = time.process_time() - own
    done = len(measured.issued)
    return [
        f"{TERMINALS} terminals without a pause, {done} certificates, "
        f"{len(measured.refused)} refused, {wall:.1f} s, load {os.getloadavg()[0]:.1f}:",
        "",
        f"- **{done / wall:.1f} certificates a second**",
        *(
            f"- {name}: {spent / wall:.2f} cores, "
            f"{spent / max(done, 1) * 1000:.0f} ms of CPU a certificate"
            for name, spent in busy.items()
        ),
        f"- the terminals' own work beside it: {ours / wall:.2f} cores, "
        f"{ours / max(done, 1) * 1000:.0f} ms of CPU a certificate",
        "",
        *_HEAD,
        row("visit opened (M1, M2)", measured.opened),
        row("offers (M4 to M6)", measured.offered),
        row("certificate (M7 to M9)", measured.issued),
    ]


def _work(state: State, port: int, measured: _Measured) -> None:
    threads = [
        threading.Thread(target=_terminal, args=(state, port, _CARDS[n % len(_CARDS)], measured))
        for n in range(TERMINALS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _terminal(state: State, port: int, card: str, measured: _Measured) -> None:
    line = Line(port, terminal_context(state))
    while measured.next():
        visit = Visit(state, card, SystemClock())
        began = stopwatch()
        visit.open(line)
        opened = stopwatch()
        body = visit.authentication()
        asked = stopwatch()
        visit.authenticate(line, body)
        offered = stopwatch()
        try:
            answer = visit.apply(line, visit.application(application=secrets.token_bytes(16)))
        except TimeoutError:
            measured.refused.append("no answer in time")
            line.close()
            line = Line(port, terminal_context(state))
            continue
        issued = stopwatch()
        measured.opened.append(opened - began)
        measured.offered.append(offered - asked)
        if answer.status == 200:
            measured.issued.append(issued - offered)
        else:
            measured.refused.append(answer.failure)
    line.close()


@contextlib.contextmanager
def _serving(state: State) -> Iterator[tuple[int, dict[str, int]]]:
    """The centre's port, and the process ids."""
    with (
        _process(state, "municipality") as (drawing, served),
        _process(state, "centre", "--municipality-port", str(served["municipality"])) as (
            relaying,
            ports,
        ),
    ):
        yield ports["centre"], {"centre and responder": relaying, "municipality": drawing}


@contextlib.contextmanager
def _process(state: State, only: str, *more: str) -> Iterator[tuple[int, dict[str, int]]]:
    command = [
        sys.executable, "-m", "center", "serve", "--state", str(state.root), "--all-hours",
        "--only", only, *more,
    ]  # fmt: skip
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            yield process.pid, json.loads(process.stdout.readline())
        finally:
            process.terminate()


def _cpu_ns(pid: int) -> int:
    """CPU so far, to the nanosecond: what the scheduler counted."""
    return int(Path(f"/proc/{pid}/schedstat").read_text("ascii").split()[0])


def _cpu_s(pid: int) -> float:
    """Of a process, its children that ended, and those that there are."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    own = sum(int(field) for field in fields[11:15]) / _TICKS
    return own + sum(_cpu_s(child) for child in proc.children(pid))


if __name__ == "__main__":
    raise SystemExit(main())
