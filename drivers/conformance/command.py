"""`kiosk-drivers conform KIND`, `conform verify`, `conform proof`, and `replay`."""

import argparse
import datetime
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from drivers.clock import SystemClock
from drivers.conformance.card_kind import KIND as CARD
from drivers.conformance.case import Case, Undecided, Verdict, Violation
from drivers.conformance.coin_kind import KIND as COIN
from drivers.conformance.junit import junit
from drivers.conformance.kind import Kind, SetupError
from drivers.conformance.page import page
from drivers.conformance.printer_kind import KIND as PRINTER
from drivers.conformance.proof import HEAD, examine, line
from drivers.conformance.receipt_kind import KIND as RECEIPT
from drivers.conformance.report import (
    BESIDE,
    Circumstances,
    NotVerified,
    Report,
    disagreement,
    sha256_of,
    signed,
    signing_key,
    usual_key,
    verified,
)
from drivers.conformance.result import Result, Tried
from drivers.conformance.runlog import LogMismatch, RunHead, RunLog, read_log
from drivers.conformance.runner import Means, Runner, tried
from drivers.errors import DeviceError
from drivers.link.port import LinkLost

if TYPE_CHECKING:
    Kinds = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - has no public name

KINDS: Mapping[str, Kind[Any]] = {kind.suite.kind: kind for kind in (CARD, COIN, PRINTER, RECEIPT)}
"""One row a device kind."""

_LOG, _REPORT, _PAGE = "transcript.jsonl", "report.json", "report.html"
_MARKS = {
    Verdict.PASSED: "ok  ",
    Verdict.FAILED: "FAIL",
    Verdict.NOT_APPLICABLE: "n/a ",
    Verdict.SKIPPED: "skip",
    Verdict.BROKEN: "KIT!",
}
_UNUSABLE = (SetupError, LogMismatch, NotVerified, LinkLost, DeviceError, Violation)
FAILED, STOPPED, WRONG_USE = 1, 130, 2


def add_commands(kinds: "Kinds") -> None:
    """Add `conform` and `replay` to the parser."""
    conform = kinds.add_parser(
        "conform", help="try a device against its contract, clause by clause"
    )
    commands = conform.add_subparsers(required=True, metavar="KIND")
    for name, kind in KINDS.items():
        _add_kind(commands, name, kind)
    verify = commands.add_parser("verify", help="check a signed report and its transcript")
    verify.add_argument("report", type=Path, help="report.json, or the directory it is in")
    verify.add_argument("--public-key", default="", help="the signer's key, base64")
    verify.set_defaults(run=run_verify)
    proof = commands.add_parser("proof", help="show that the suite fails devices that are wrong")
    # No `choices`: argparse would look for the empty list among them.
    proof.add_argument("kind", nargs="*", metavar="KIND", help=f"{', '.join(sorted(KINDS))} (all)")
    proof.set_defaults(run=run_proof)
    again = kinds.add_parser("replay", help="judge recorded cases again, without the device")
    again.add_argument("transcript", type=Path, help="transcript.jsonl of a conformance run")
    again.set_defaults(run=run_replay)


def _add_kind(commands: "Kinds", name: str, kind: Kind[Any]) -> None:
    parser = commands.add_parser(name, help=f"the {kind.suite.title.lower()}")
    kind.add_arguments(parser)
    parser.add_argument("--out", type=Path, required=True, help="directory of the report")
    parser.add_argument("--hands", choices=("none", "prompt", "virtual"), default="none")
    parser.add_argument(
        kind.budget.option, dest="budget", type=int, default=0, help=kind.budget.help
    )
    parser.add_argument("--tedious", action="store_true", help="cases with hundreds of acts too")
    parser.add_argument("--only", action="append", default=[], metavar="ID", help="ids begin so")
    parser.add_argument("--afresh", action="store_true", help="do not go on with an earlier run")
    parser.add_argument("--again", action="store_true", help="try once more what failed")
    parser.add_argument(
        "--key", type=Path, help="Ed25519 key (PEM) to sign with; made if not there (the user's)"
    )
    parser.set_defaults(run=run_kind, kind=name)


@dataclass(frozen=True, slots=True)
class _Run:
    """One run of one kind, with its folder and its head."""

    kind: Kind[Any]
    head: RunHead
    out: Path
    cases: tuple[Case[Any], ...]
    key: Ed25519PrivateKey


def run_kind(chosen: argparse.Namespace) -> int:
    """Run a suite; returns 0 if nothing failed, 1 if something did, 130 if stopped."""
    kind = KINDS[chosen.kind]
    try:
        settings = kind.setup(chosen)
        key = signing_key(chosen.key or usual_key())
        head = RunHead(chosen.kind, settings)
        log = RunLog(chosen.out / _LOG, head, afresh=chosen.afresh)
        bench, clock = kind.open(settings, _ask if chosen.hands == "prompt" else _nobody)
    except (*_UNUSABLE, OSError) as error:
        return _complain(str(error))
    run = _Run(kind, head, chosen.out, kind.suite.chosen(chosen.only), key)
    means = Means(
        hands=chosen.hands != "none",
        pieces=_pieces(kind, settings, chosen.budget),
        patient=chosen.tedious,
        again=chosen.again,
    )
    watch = _told if chosen.hands == "prompt" else _watch
    stopped = False
    try:
        log.go_on(_now(), _subject(bench)[0])
        try:
            Runner(bench, log, means, clock).run(run.cases, watch)
        except KeyboardInterrupt:
            stopped = True
            _say("\nStopped. The same command goes on where it was.")
        report = _write(run, log, bench)
    except LogMismatch as error:
        return _complain(str(error))
    finally:
        bench.close()
    _say(f"\n{kind.suite.title}: {report.overall}. Read {run.out / _PAGE}")
    if stopped:
        return STOPPED
    return FAILED if report.count(Verdict.FAILED) or report.count(Verdict.BROKEN) else 0


def _write(run: _Run, log: RunLog, bench: Any) -> Report:
    """The pages of a run, and last the signed report, which names the digests of all of them."""
    subject, unknown = _subject(bench)
    suite = run.kind.suite
    untried = Result("", Verdict.SKIPPED, "not tried yet")
    # All cases, also those that were not chosen: what was left out was not tried.
    rows = tuple(Tried(c.clause, log.results.get(c.id, untried)) for c in suite.cases)
    about = Circumstances(
        suite.kind,
        suite.title,
        suite.groups,
        run.head.setup,
        subject or (unknown,),
        log.began,
        _now(),
    )
    report = Report(about, rows)
    texts = {
        "transcript.txt": "\n".join(_transcript(rows)) + "\n",
        "profile.toml": bench.profile(),
        "junit.xml": junit(report),
        _PAGE: page(report),
    }
    for name, text in texts.items():
        (run.out / name).write_text(text, encoding="utf-8")
    files = {name: sha256_of(run.out / name) for name in BESIDE}
    text = signed(report.as_json(files), run.key)
    (run.out / _REPORT).write_text(text, encoding="utf-8")
    return report


def _subject(bench: Any) -> tuple[tuple[str, ...], str]:
    """Who stands on the bench; or nobody, and why not."""
    try:
        return tuple(map(bench.recorder.hushed, bench.subject())), ""
    except (DeviceError, LinkLost, Violation) as error:
        return (), bench.recorder.hushed(f"not identified: {error}")


def _transcript(rows: tuple[Tried, ...]) -> list[str]:
    lines: list[str] = []
    for row in rows:
        lines.append(f"\n{row.clause.id}: {row.result.verdict.value}. {row.result.detail}")
        passages = row.result.passages
        lines += [passage.text(passages[0].at_s) for passage in passages]
    return lines


def run_verify(chosen: argparse.Namespace) -> int:
    """Check the signature, and that all files signed with it lie beside it unchanged."""
    path = chosen.report / _REPORT if chosen.report.is_dir() else chosen.report
    try:
        report, signer = verified(path.read_text(encoding="utf-8"), chosen.public_key)
    except (NotVerified, OSError, UnicodeDecodeError) as error:
        return _complain(str(error))
    alone = not chosen.report.is_dir()
    wrong = "" if alone else disagreement(report, path.parent)
    if wrong:
        return _complain(wrong)
    names = ", ".join(BESIDE)
    _say(f"Unchanged since it was signed by {signer}.")
    _say(f"Not checked: {names}; give their folder." if alone else f"With it: {names}.")
    if not chosen.public_key:
        _say("Whether that key is the signer's you must know from the signer (--public-key).")
    _say(f"{report.get('kind')}: {report.get('overall')}. {report.get('verdicts')}")
    return 0


def run_proof(chosen: argparse.Namespace) -> int:
    """Print device x case for every wrong and right device; 1 if one was not told apart."""
    held = True
    strange = [name for name in chosen.kind if name not in KINDS]
    if strange:
        return _complain(f"There is no kind {strange[0]}; there are {', '.join(sorted(KINDS))}.")
    for name in chosen.kind or sorted(KINDS):
        kind = KINDS[name]
        _say(f"\n## {kind.suite.title}\n\n{HEAD}")
        for specimen in kind.specimens:
            try:
                proof, _ = examine(kind.suite, specimen)
            except (RuntimeError, DeviceError) as error:
                return _complain(f"{specimen.name}: {error}")
            held = held and proof.holds
            _say(line(proof))
    return 0 if held else FAILED


def run_replay(chosen: argparse.Namespace) -> int:
    """Judge each recorded case again."""
    return main_replay(chosen.transcript)


def main_replay(transcript: Path) -> int:
    """Print how each recorded case ends now; 1 if one ends otherwise than then."""
    try:
        head, results = read_log(transcript)
    except LogMismatch as error:
        return _complain(str(error))
    kind = KINDS.get(head.kind)
    if kind is None or kind.replay is None:
        return _complain(f"Transcripts of kind {head.kind} cannot be replayed.")
    changed = 0
    for case in kind.suite.cases:
        then = results.get(case.id)
        if then is None or not then.verdict.is_final:
            continue
        now = replayed(kind, head.setup, case, then)
        same = now.verdict is then.verdict
        changed += not same
        _say(f"{'same' if same else 'OTHER'} {case.id}: {now.verdict.value}. {now.detail}")
    return FAILED if changed else 0


def replayed(kind: Kind[Any], settings: Mapping[str, Any], case: Case[Any], then: Result) -> Result:
    """The case tried on its own recording."""
    if kind.replay is None or any(passage.hidden for passage in then.passages):
        return Result(case.id, Verdict.SKIPPED, "bytes of it were blanked")
    bench, clock = kind.replay(settings, then.passages)
    now = tried(case, bench, clock)
    departed = getattr(clock, "departed", "")
    detail = f"{now.detail} (it says other bytes than then: {departed})" if departed else now.detail
    return replace(now, detail=detail)


def _pieces(kind: Kind[Any], settings: Mapping[str, Any], budget: int) -> int:
    worth = kind.budget.worth(settings)
    return budget // worth if worth else 0


def _watch(case: Case[Any], result: Result | None) -> None:
    if result is None:
        return
    detail = f"  {result.detail}" if result.verdict is not Verdict.PASSED else ""
    _say(f"{_MARKS[result.verdict]} {case.id}{detail}")


def _told(case: Case[Any], result: Result | None) -> None:
    """As `_watch`, for somebody who is told before each case what it is about."""
    if result is None and case.clause.hands:
        _say(f"\n{case.id}: {case.clause.requirement}")
    _watch(case, result)


def _ask(sentence: str) -> str:
    try:
        return input(sentence)
    except EOFError:
        raise KeyboardInterrupt from None  # nobody is there any more


def _nobody(sentence: str) -> str:
    """Raises Undecided: a case without hands came to something that only hands can do."""
    raise Undecided(f"nobody is at the device ({sentence.strip()})")


def _now() -> str:
    return SystemClock().utc().astimezone(datetime.UTC).isoformat(timespec="seconds")


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - this is a command


def _complain(sentence: str) -> int:
    print(sentence, file=sys.stderr)  # noqa: T201 - this is a command
    return WRONG_USE
