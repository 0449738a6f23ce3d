"""A recorded case is judged again from its bytes alone, and a driver that changed is found."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from drivers.conformance.case import Case, Verdict
from drivers.conformance.coin_bench import CoinBench
from drivers.conformance.coin_kind import KIND
from drivers.conformance.coin_specimens import RIGHT
from drivers.conformance.coin_suite import SUITE
from drivers.conformance.command import main_replay, replayed
from drivers.conformance.proof import examine
from drivers.conformance.result import Result
from drivers.conformance.runlog import read_log

RECORDINGS = sorted((Path(__file__).parent / "recordings").glob("*.jsonl"))
SETTINGS: dict[str, Any] = {
    "port": "",
    "acceptor": 2,
    "hoppers": {"10": 3, "50": 4, "100": 5, "500": 6},
    "bills": 0,
    "checksum": "simple",
    "profile": "",
    "driver": "",
    "cctalk": True,
}
TEDIOUS = {case.id for case in SUITE.cases if case.clause.tedious}


@pytest.fixture(scope="module")
def recorded() -> Mapping[str, Result]:
    return examine(SUITE, RIGHT[0])[1]


@pytest.mark.parametrize("case", SUITE.cases, ids=lambda case: case.id)
def test_every_case_ends_again_as_it_did(
    case: Case[CoinBench], recorded: Mapping[str, Result]
) -> None:
    if case.id in TEDIOUS:
        return  # the same exchange, hundreds of times
    then = recorded[case.id]
    now = replayed(KIND, SETTINGS, case, then)
    assert (now.verdict, now.detail) == (then.verdict, then.detail)


def test_a_driver_that_says_other_bytes_is_found(recorded: Mapping[str, Result]) -> None:
    case = next(case for case in SUITE.cases if case.id == "coin.taking.exactly")
    changed = SETTINGS | {"driver": "drivers.conformance.coin_wrong_drivers:OpensEverything"}
    now = replayed(KIND, changed, case, recorded[case.id])
    assert now.verdict is Verdict.FAILED
    assert "other bytes than then" in now.detail


def test_an_answer_that_was_wrong_is_wrong_again(recorded: Mapping[str, Result]) -> None:
    """The recording decides, not the name of the case: a spoiled one fails."""
    case = next(case for case in SUITE.cases if case.id == "coin.coins.self_check")
    then = recorded[case.id]
    bent = tuple(
        type(p)(p.at_s, p.way, p.data.replace(bytes.fromhex("01010200 00FC".replace(" ", "")),
                                             bytes.fromhex("0101020003F9")), p.means, p.hidden)
        for p in then.passages
    )  # fmt: skip
    assert bent != then.passages
    now = replayed(KIND, SETTINGS, case, Result(case.id, then.verdict, "", passages=bent))
    assert (now.verdict, now.detail) == (Verdict.FAILED, "fault code: 3 instead of 0")


def test_blanked_bytes_cannot_be_played(recorded: Mapping[str, Result]) -> None:
    case = SUITE.cases[0]
    first = recorded[case.id].passages[0]
    hidden = type(first)(first.at_s, first.way, hidden=5)
    now = replayed(KIND, SETTINGS, case, Result(case.id, Verdict.PASSED, "", passages=(hidden,)))
    assert now.verdict is Verdict.SKIPPED


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_what_was_recorded_over_a_real_line_still_holds(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, results = read_log(path)
    assert results
    assert main_replay(path) == 0, capsys.readouterr().out
    assert capsys.readouterr().out.count("same ") == len(results)


def test_there_is_a_recording() -> None:
    assert RECORDINGS
