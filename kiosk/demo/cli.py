"""`kiosk demo`: everything on one machine, until Ctrl-C, or one visit by an autopilot."""

import argparse
import datetime
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import kiosk
from drivers.clock import SystemClock
from kiosk.certificates import CERTIFICATES
from kiosk.demo.autopilot import DEFAULT_CARD, Autopilot, Lost, Wishes
from kiosk.demo.coin_machines import WITH_ESCROW
from kiosk.demo.devices import DemoCard, find_cards
from kiosk.demo.dock import DockServer
from kiosk.demo.fault_plan import BadPlan, find_plan
from kiosk.demo.hands import HANDS
from kiosk.demo.inquiry import inquire
from kiosk.demo.journal_tail import JST
from kiosk.demo.programs import DidNotStart
from kiosk.demo.record import Recorder
from kiosk.demo.report import Proof, VisitRecord, write_report
from kiosk.demo.report_page import page
from kiosk.demo.stage import DemoStage
from ui.model import LANGUAGES

STATE_VARIABLE = "KIOSK_DEMO_STATE"
_FIRST, _LAST = datetime.time(9, 0), datetime.time(16, 30)
"""Within these hours (Japan) the clock stays as it is: all of the demo's offices are open."""
_MORNING = datetime.time(10, 0)
_EXTERNAL = "external"
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_WELCOME = """
  The dock page:   {address}
  It shows the terminal's screen and has a hand for every virtual device.

  Try: press 「画面に触れてはじめる」, place the card yamada-hanako (PIN 1234), take it away when
  the screen asks, choose, pay with coins or a note, take the paper. Then pull a card while it
  is read, jam the printer after paying, cut the centre, kill the visit.
{external}
  Staff's commands work on it, from another shell; `kiosk exchange` opens it and signs, and
  `kiosk case` closes a case that `kiosk stock` lists (see docs/operations/daily.md):
    {command} stock --config {config}

  Time at the terminal: {time}
  Logs while it runs:   {runtime}
  Ctrl-C ends everything.
"""
_EXTERNAL_CARD = """
  No card is supplied. Connect a virtual card to vpcd at {host}:{port};
  kiosk-center pki export NAME --out DIR writes a resident's key, certificates and PIN.
"""


def add_parser(subparsers: Any) -> None:
    """Mount `demo`; it sets `run(arguments) -> status`."""
    parser = subparsers.add_parser("demo", help="the whole system on virtual devices")
    parser.add_argument("--auto", action="store_true", help="an autopilot makes one visit")
    parser.add_argument("--out", type=Path, help="with --auto: where its report goes")
    parser.add_argument("--lang", choices=LANGUAGES, default="ja", help="the resident's language")
    parser.add_argument("--card", default="", help="a card's name, or 'external': supply none")
    parser.add_argument("--pin", default="", help="with --auto --card external: that card's PIN")
    parser.add_argument(
        "--certificate", choices=CERTIFICATES, default="resident_record", help="with --auto"
    )
    parser.add_argument(
        "--copies", type=int, choices=range(1, 11), default=1, help="with --auto", metavar="1..10"
    )
    parser.add_argument("--port", type=int, default=0, help="the dock page's port; 0: a free one")
    parser.add_argument(
        "--fault-plan",
        default="",
        metavar="NAME|FILE",
        help="what goes wrong, see docs/fault-plans.md",
    )
    parser.add_argument(
        "--coin-protocol",
        choices=("cctalk", "mdb"),
        default="cctalk",
        help="what the coin machine speaks",
    )
    parser.add_argument(
        "--coin-escrow",
        action="store_true",
        help="coins wait in a motorised escrow until the certificate is out, and come back as the "
        "same coins if none comes",
    )
    parser.add_argument(
        "--inquiry",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="with --auto: scan the first sheet (a model), and ask the inquiry site about it",
    )
    parser.add_argument("--fast", action="store_true", help="mechanics take no time")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """The command. Status 0 only if all was well, 2 for what could not even be tried."""
    try:
        check_arguments(arguments, demo_state())
    except Unfit as unfit:
        return _say(unfit, 2)
    runtime = private_directory()
    _end_on_signals()
    try:
        return _on_stage(arguments, runtime)
    except KeyboardInterrupt:
        return _say("\nEverything has ended.", 1 if arguments.auto else 0)
    except Unfit as unfit:
        return _say(unfit, 2)
    except (RuntimeError, OSError) as problem:
        return _say(problem, 1)
    finally:
        shutil.rmtree(runtime, ignore_errors=True)


def _say(words: object, status: int) -> int:
    print(words, file=sys.stderr)  # noqa: T201 - a command's answer
    return status


class Unfit(Exception):
    """What was asked for cannot be; one sentence that says what to do."""


def check_arguments(arguments: argparse.Namespace, state: Path) -> None:
    """Refuse before anything starts what could not end well. Raises Unfit."""
    if arguments.auto and arguments.out is None:
        raise Unfit("--auto needs --out DIR: where the report goes.")
    if arguments.fault_plan:
        try:
            find_plan(arguments.fault_plan, HANDS)
        except BadPlan as problem:
            raise Unfit(str(problem)) from None
    if arguments.coin_escrow and arguments.coin_protocol == "mdb":
        raise Unfit("--coin-escrow goes with ccTalk: MDB has no coin escrow.")
    if arguments.out is not None and not arguments.auto:
        raise Unfit("--out goes with --auto: without it nobody makes a report.")
    if arguments.out is not None:
        _check_writable(arguments.out, "The report cannot go to {}: {}. Choose another --out.")
    hint = f"The demo's keys cannot be kept in {{}}: {{}}. Set {STATE_VARIABLE} to a directory."
    _check_writable(state, hint)
    _check_port(arguments.port)
    cards = find_cards(state / "cards")
    if cards:
        check_card(arguments.card, cards)


def check_card(name: str, cards: Sequence[DemoCard]) -> None:
    """Raises Unfit with the names there are."""
    names = [card.name for card in cards]
    if name not in ("", _EXTERNAL, *names):
        raise Unfit(f"There is no card {name!r}. There are: {', '.join(names)}; or {_EXTERNAL}.")


def _check_port(port: int) -> None:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except (OSError, OverflowError) as error:
        raise Unfit(
            f"The dock page cannot use port {port} ({error}). Choose another --port, or 0."
        ) from None


def _check_writable(directory: Path, sentence: str) -> None:
    """Make it; try it, since root's rights and read-only disks cannot be told from a mode."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
        for path in directory.glob("pki/**/*.pem"):
            path.open("rb").close()
    except OSError as error:
        raise Unfit(sentence.format(error.filename or directory, error.strerror)) from None


def private_directory() -> Path:
    """In memory where there is a tmpfs: the spool must never reach a disk."""
    memory = Path("/dev/shm")  # noqa: S108 - a private directory is made below it
    place = memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
    made = Path(tempfile.mkdtemp(prefix="kiosk-", dir=place))
    made.chmod(0o711)  # cupsd's filters run as another user and must get to their spool
    return made


def _on_stage(arguments: argparse.Namespace, runtime: Path) -> int:
    stage = DemoStage(
        demo_state(),
        runtime,
        opening_offset_s(),
        fast=arguments.fast,
        coin_machine=WITH_ESCROW if arguments.coin_escrow else arguments.coin_protocol,
    )
    try:
        check_card(arguments.card, stage.cards)
        dock = DockServer(stage, arguments.port)
        try:
            if arguments.fault_plan:
                stage.start_plan(find_plan(arguments.fault_plan, HANDS))
            _welcome(stage, dock.address, runtime, external=arguments.card == _EXTERNAL)
            if arguments.auto:
                return _one_visit(stage, arguments)
            if arguments.card and arguments.card != _EXTERNAL:
                stage.place_card_at_first_touch(arguments.card)
            threading.Event().wait()
            return 0
        finally:
            dock.close()
    finally:
        stage.close()


def demo_state() -> Path:
    """Where the demo's PKI and cards are kept between runs."""
    stated = os.environ.get(STATE_VARIABLE)
    return Path(stated) if stated else Path(kiosk.__path__[0]).parent / "demo-state"


def opening_offset_s() -> float:
    """Seconds that bring the demo's clock into office hours; 0 within them."""
    now = SystemClock().utc().astimezone(JST)
    if _FIRST <= now.time() <= _LAST:
        return 0.0
    morning = now.replace(hour=_MORNING.hour, minute=0, second=0, microsecond=0)
    return (morning - now).total_seconds()


def _one_visit(stage: DemoStage, arguments: argparse.Namespace) -> int:
    wishes = Wishes(
        card="" if arguments.card == _EXTERNAL else arguments.card or DEFAULT_CARD,
        pin=lambda: arguments.pin or stage.pin_of(arguments.card or DEFAULT_CARD),
        language=arguments.lang,
        certificate=arguments.certificate,
        copies=arguments.copies,
        deaf_s=stage.deaf_s,
    )
    recorder = Recorder(stage, wishes)
    try:
        Autopilot(stage.glass, stage, wishes, SystemClock()).run()
    except Lost as lost:
        recorder.lost = str(lost)
    record = recorder.finish()
    if arguments.inquiry:
        record = _inquired(stage, record)
    report = write_report(record, arguments.out, page(record))
    for program in (stage.centre, stage.terminal):
        shutil.copy(program.log, arguments.out)
    for proof in record.proofs:
        print(f"  {_ANSWERS[proof.true]}  {proof.what}  {proof.detail}".rstrip())  # noqa: T201
    print(f"  Report: {report}")  # noqa: T201
    return 0 if record.passed else 1


def _inquired(stage: DemoStage, record: VisitRecord) -> VisitRecord:
    """The record with what the inquiry site says of the first sheet, where one was delivered."""
    sheets = stage.devices.printer.delivered[-len(record.documents) :] if record.documents else []
    back = sheets[0].back if sheets else None
    if back is None:
        return record
    what = "the inquiry site shows the front of the delivered sheet"
    try:
        asked = inquire(sheets[0].front, back, demo_state(), stage.terminal.log.parent)
    except (DidNotStart, OSError) as problem:
        return replace(
            record, proofs=(*record.proofs, Proof(what, true=False, detail=str(problem)))
        )
    proof = Proof(what, asked.holds, asked.sentence)
    return replace(record, proofs=(*record.proofs, proof), inquiry=asked)


_ANSWERS = {True: "yes", False: "NO ", None: " ? "}


def _welcome(stage: DemoStage, address: str, runtime: Path, *, external: bool) -> None:
    pcscd = stage.devices.pcscd
    card = _EXTERNAL_CARD.format(host=pcscd.vpcd_host, port=pcscd.vpcd_port) if external else ""
    time = stage.clock.utc().astimezone(JST).strftime("%Y-%m-%d %H:%M (Japan)")
    text = _WELCOME.format(
        address=address, external=card, time=time, runtime=runtime,
        command=_own_command(), config=runtime / "firmware.toml",
    )  # fmt: skip
    print(text, flush=True)  # noqa: T201


def _own_command() -> str:
    """What to type for `kiosk`, as this very program was called."""
    called = Path(sys.argv[0])
    return str(called) if called.name == "kiosk" else f"{sys.executable} -m kiosk"


def _end_on_signals() -> None:
    """SIGTERM and a closed console end as Ctrl-C does; a second one disturbs no clearing up."""

    def end(_number: int, _frame: FrameType | None) -> None:
        for number in _ENDING:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in _ENDING:
        signal.signal(number, end)
