"""The coin suite fails what is wrong, by the case that should, and nothing that is right."""

import inspect
from dataclasses import replace

import pytest

from drivers.__main__ import main
from drivers.conformance import command
from drivers.conformance.case import Verdict
from drivers.conformance.coin_bench import CoinBench
from drivers.conformance.coin_hands import PROMPTS, CoinHands
from drivers.conformance.coin_kind import KIND
from drivers.conformance.coin_specimens import RIGHT, SPECIMENS, WRONG_DEVICES
from drivers.conformance.coin_suite import SUITE
from drivers.conformance.proof import Specimen, examine

WRONG = [specimen for specimen in SPECIMENS if specimen.killers]


def named(specimen: Specimen[CoinBench]) -> str:
    return specimen.name


@pytest.mark.parametrize("specimen", RIGHT, ids=named)
def test_a_right_build_passes_everything_that_is_about_it(specimen: Specimen[CoinBench]) -> None:
    proof, results = examine(SUITE, specimen)
    assert proof.holds, [r for r in results.values() if r.verdict is Verdict.FAILED]
    passed = sum(result.verdict is Verdict.PASSED for result in results.values())
    optional = {"bills", "escrow", "changer"}
    if specimen.name == "changer":
        optional |= {"payout"}  # it stands in the hoppers' place
    always = sum(case.clause.group not in optional for case in SUITE.cases)
    assert passed >= always - 3
    assert all(
        result.verdict in {Verdict.PASSED, Verdict.NOT_APPLICABLE} for result in results.values()
    ), "nothing was skipped"


@pytest.mark.parametrize("specimen", WRONG, ids=named)
def test_a_wrong_one_is_failed_by_the_case_that_should(specimen: Specimen[CoinBench]) -> None:
    proof, results = examine(SUITE, specimen, only=specimen.killers)
    assert proof.holds, results
    assert set(results) >= set(specimen.killers)
    for killer in specimen.killers:
        assert "no further" not in results[killer].detail, "failed for what it saw, not for silence"


@pytest.mark.parametrize(
    ("name", "group"), [("bills", "bills"), ("escrow", "escrow"), ("changer", "changer")]
)
def test_what_only_some_machines_have_is_tried_on_one_that_has_it(name: str, group: str) -> None:
    specimen = next(each for each in RIGHT if each.name == name)
    _, results = examine(SUITE, specimen, only=[f"coin.{group}."])
    assert {result.verdict for result in results.values()} == {Verdict.PASSED}


def test_whatever_is_counted_by_hand_is_asked_of_a_person() -> None:
    """An act without a prompt is not asked for, and counts as nothing."""
    counted = {
        name
        for name, act in inspect.getmembers(CoinHands, inspect.isfunction)
        if name != "do" and inspect.signature(act).return_annotation is int
    }
    assert counted >= {"take_tray", "take_cashbox"}
    assert all(PROMPTS[name].counts for name in counted)


def test_there_are_enough_of_them_and_each_is_another() -> None:
    assert len(WRONG_DEVICES) >= 25
    assert len(RIGHT) >= 2
    names = [specimen.name for specimen in SPECIMENS]
    assert len(set(names)) == len(names)
    assert all(specimen.what for specimen in SPECIMENS)


def test_every_case_is_proven_able_to_fail() -> None:
    killers = {killer for specimen in WRONG for killer in specimen.killers}
    assert {case.id for case in SUITE.cases} == killers


def test_the_table_is_printed_for_all_kinds_or_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    few = [specimen for specimen in SPECIMENS if specimen.name in {"plain", "any-key"}]
    monkeypatch.setattr(command, "KINDS", {"coin": replace(KIND, specimens=tuple(few))})
    assert main(["conform", "proof"]) == 0
    said = capsys.readouterr().out
    assert (
        "| plain | simple checksum, echo, hoppers keyed by serial number | nothing | yes |" in said
    )
    assert "| any-key | Pays with any key | **coin.payout.wrong_key** | yes |" in said
    assert main(["conform", "proof", "toaster"]) == 2
    blind = replace(few[1], killers=("coin.link.answers",))
    monkeypatch.setattr(command, "KINDS", {"coin": replace(KIND, specimens=(blind,))})
    assert main(["conform", "proof", "coin"]) == 1
    assert "| NO |" in capsys.readouterr().out
