"""Every wrong municipality and centre once, among fifty applications at once, each by its check.

The thousands are `python -m tests.mutants.issuing`; this is the same code with a fixed seed.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random  # noqa: TID251  # seeded, so that a batch can be repeated

import pytest

import center
from center.pki.layout import State
from center.wire.messages import IssuedCopy
from drivers.clock import SystemClock
from tests.mutants.batch import Batch, earlier_answers, examiners, servers
from tests.mutants.cases import Outcome, Tally
from tests.mutants.issuing import (
    MUTANTS,
    append,
    enough,
    main,
    make_batch,
    read,
    report,
    total,
    workshop_in,
)
from tests.mutants.meeting import Meeting
from tests.mutants.not_caught import NOT_CAUGHT
from tests.mutants.runs import Run, make_runs, verdict
from tests.mutants.workshop import Workshop

pytestmark = [pytest.mark.daemon, pytest.mark.slow, pytest.mark.timeout(180)]

Earlier = dict[str, tuple[IssuedCopy, ...]]
HALF = len(MUTANTS) // 2
LISTED = {
    "picture swapped under a right statement": "picture before stamping",
    "the same after drawing": "picture after drawing",
    "stamp swapped": "stamp of another",
    "two applications crossed under load": "crossed",
    "delays and forced releases": "forced release",
    "wrong link serial and person": "wrong link, stated birthday",
    "more disclosed than chosen": "more items under our stamp",
    "unchosen member present": "more people under our stamp",
    "fee changed": "fee changed",
    "replay": "replay",
    "one byte": "one byte after signing",
    "other visit": "other visit",
    "other terminal": "other terminal named",
    "old attempt": "old attempt",
    "swapped marks": "marks swapped",
    "marks of another sheet": "marks of another sheet",
    "original and overlay separately": "original swapped",
    "offers of another visit": "offers crossed",
}


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    root = Path(tempfile.mkdtemp(prefix="k"))
    at = SystemClock().utc().replace(hour=3, minute=0, second=0, microsecond=0)
    yield workshop_in(State(root), at)
    shutil.rmtree(root)


@pytest.fixture(scope="module")
def earlier(workshop: Workshop) -> Earlier:
    with examiners(2) as children:
        return earlier_answers(workshop, servers(workshop), children)


@pytest.fixture(scope="module")
def passing(workshop: Workshop, earlier: Earlier) -> list[Outcome]:
    """What becomes of the mistakes that are not claimed to be caught."""
    runs = make_runs(workshop, NOT_CAUGHT, Random(0))  # noqa: S311  # repeatable
    with examiners(2) as children:
        return Batch(workshop, servers(workshop), runs, earlier).go(children)


@pytest.fixture(scope="module")
def outcomes(workshop: Workshop, earlier: Earlier) -> list[Outcome]:
    both = servers(workshop)
    done: list[Outcome] = []
    with examiners(2) as children:
        for seed, mutants in enumerate((MUTANTS[:HALF], MUTANTS[HALF:])):
            runs = make_runs(workshop, mutants, Random(seed))  # noqa: S311  # repeatable
            done += Batch(workshop, both, runs, earlier).go(children)
    return done


def test_what_must_be_among_them_is() -> None:
    assert set(LISTED.values()) <= {mutant.name for mutant in MUTANTS}
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 16


@pytest.mark.parametrize("name", [mutant.name for mutant in MUTANTS])
def test_refused_before_money_by_the_check_that_should(outcomes: list[Outcome], name: str) -> None:
    mine = [one for one in outcomes if one.mutant == name]
    assert mine
    assert [one.verdict for one in mine] == [""] * len(mine)
    if name != "forced release":
        assert all(one.failure for one in mine)


def test_right_answers_pass_among_them(outcomes: list[Outcome]) -> None:
    right = [one for one in outcomes if one.mutant == "right"]
    assert len(right) > 30
    assert {(one.failure, one.verdict) for one in right} == {("", "")}


@pytest.mark.parametrize("name", [mutant.name for mutant in NOT_CAUGHT])
def test_what_is_not_caught_is_said(passing: list[Outcome], name: str) -> None:
    """Fails when a check has learned to catch it: then it becomes a mutant like the others."""
    (mine,) = [one for one in passing if one.mutant == name]
    assert mine.failure == ""
    assert mine.verdict.startswith("ESCAPED")
    assert name in (Path(center.__path__[0]).parent / "docs/security.md").read_text("utf-8")


class TestTheJudge:
    """A judge who could not say no would prove nothing."""

    def run(self, mutant: str, **outcome: object) -> str:
        made = next(one for one in MUTANTS if one.name == mutant)
        result = Outcome(mutant, careful=False)
        for key, value in outcome.items():
            setattr(result, key, value)
        return verdict(Run(0, "", made, Random(0), result))  # noqa: S311  # unused

    def test_an_escape(self) -> None:
        assert self.run("crossed", failure="").startswith("ESCAPED")

    def test_another_check_than_should(self) -> None:
        said = self.run("crossed", failure="stamp.other_person")
        assert said == "refused by stamp.other_person, not by issue.other_application"

    def test_the_terminal_where_the_centre_looked(self) -> None:
        name = "issue.other_application"
        said = self.run("crossed", careful=True, failure=name, refused_by="terminal")
        assert said == "the centre looked, and passed it on"
        assert self.run("crossed", careful=True, failure=name, refused_by="centre") == ""

    def test_a_race_that_went_well_must_pass(self) -> None:
        said = self.run("forced release", mixed=False, failure="document.altered")
        assert said == "a right answer was refused: document.altered"
        assert self.run("forced release", mixed=False, failure="") == ""


class TestTheRunner:
    def test_a_batch_follows_from_seed_and_number(self, workshop: Workshop) -> None:
        def plan(seed: int, number: int) -> list[tuple[str, str, bool]]:
            runs = make_batch(workshop, seed, number)
            return [(run.resident, run.outcome.mutant, run.outcome.careful) for run in runs]

        assert plan(1, 2) == plan(1, 2)
        assert len(plan(1, 2)) == 50
        assert plan(1, 2) != plan(2, 2)

    def test_figures_add_up_and_a_torn_line_is_done_again(self, tmp_path: Path) -> None:
        out = tmp_path / "results"
        tally = Tally()
        tally.add(Outcome("crossed", True, True, "issue.other_application", "centre"))
        tally.add(Outcome("right", True, mixed=False))
        line = {
            "seed": 1, "batch": 0, "commit": "abc", "right": tally.right,
            "refused": tally.refused, "wrong": [], "would_suspend": 1, "seconds": 2.0,
        }  # fmt: skip
        append(out, line)
        append(out, {**line, "batch": 1, "wrong": ["crossed: ESCAPED"]})
        append(out, line)
        with out.open("a") as file:
            file.write(json.dumps(line)[:40])
        assert [one["batch"] for one in read(out)] == [0, 1]
        both = total(read(out))
        assert (both.right, both.mixed) == (2, 2)
        assert both.wrong == ["seed 1 batch 1: crossed: ESCAPED"]
        assert "| `issue.other_application` (centre) | 2 |" in report(read(out))

    def test_it_goes_on_until_there_are_enough_of_either(self) -> None:
        line = {"seed": 1, "batch": 0, "right": 24, "refused": {"a": {"centre b": 25}}, "wrong": []}
        assert enough([line], 24)
        assert not enough([line], 25)

    def test_the_report_needs_no_run(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["--report", "--out", str(tmp_path / "none")]) == 0
        assert "right answers: 0" in capsys.readouterr().out


class TestMeeting:
    def test_nobody_waits_for_those_who_left(self) -> None:
        meeting: Meeting[str] = Meeting(2)
        meeting.leave(1)
        meeting.leave(1)
        assert meeting.meet(0, "here") == {0: "here"}
        meeting.leave(0)
        assert meeting.of(0) == "here"
