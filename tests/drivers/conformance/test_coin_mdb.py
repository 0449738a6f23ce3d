"""The coin suite on MDB: what is ccTalk's own says so, all else is tried, and wrong ones fail."""

from pathlib import Path

import pytest

from drivers.__main__ import main
from drivers.clock import Clock, VirtualClock
from drivers.coin.contract import CoinVendorConfig
from drivers.conformance.case import Verdict
from drivers.conformance.coin_bench import CoinBench
from drivers.conformance.coin_mdb import mdb_setup
from drivers.conformance.coin_suite import SUITE
from drivers.conformance.coin_wrong_mdb import RIGHT, WRONG
from drivers.conformance.proof import Specimen, examine

DRIVER_GROUPS = ("taking", "paying", "bills")


def named(specimen: Specimen[CoinBench]) -> str:
    return specimen.name


@pytest.mark.parametrize("specimen", RIGHT, ids=named)
def test_a_right_one_passes_all_that_is_not_cctalk_s_own(specimen: Specimen[CoinBench]) -> None:
    proof, results = examine(SUITE, specimen)
    assert proof.holds, [r for r in results.values() if r.verdict is Verdict.FAILED]
    has_bills = specimen.name == "mdb-bills"
    not_tried = {
        case.id
        for case in SUITE.cases
        if case.clause.group in DRIVER_GROUPS and (has_bills or case.clause.group != "bills")
        if results[case.id].verdict is not Verdict.PASSED
    }
    # One looks into ccTalk's credit buffer, one asks ccTalk's bill names: they say so.
    assert not_tried <= {"coin.taking.damaged_answer", "coin.bills.names"}
    for result in results.values():
        if result.verdict is not Verdict.PASSED:
            assert result.verdict is Verdict.NOT_APPLICABLE
            assert result.detail, "it says why"


@pytest.mark.parametrize("specimen", WRONG, ids=named)
def test_a_wrong_one_is_failed_by_the_case_that_should(specimen: Specimen[CoinBench]) -> None:
    proof, results = examine(SUITE, specimen, only=specimen.killers)
    assert proof.holds, results
    assert set(results) >= set(specimen.killers)


def test_there_are_enough_wrong_ones() -> None:
    assert len(WRONG) >= 5
    assert all(specimen.what and specimen.killers for specimen in WRONG)


@pytest.mark.daemon
def test_the_command_tries_a_virtual_machine_behind_a_real_pty(tmp_path: Path) -> None:
    out = str(tmp_path / "run")
    only = ["--only", "coin.taking.exactly", "--only", "coin.paying.exact"]
    command = ["conform", "coin", "--protocol", "mdb", "--hands", "virtual", "--budget-yen", "300"]
    assert main([*command, "--out", out, *only]) == 0


class Theirs:
    """A driver of another make that opens its own line."""

    def __init__(self, config: CoinVendorConfig, clock: Clock) -> None:
        self.given = config, clock


def test_a_driver_of_another_make_is_the_one_that_is_tried() -> None:
    settings = {"hoppers": {"10": 8}, "bills": 0, "driver": f"{__name__}:Theirs"}
    made = mdb_setup(settings, "port")
    assert isinstance(made.open_vendor(made.config, VirtualClock(), made.open_port), Theirs)
    assert not made.gives_port
