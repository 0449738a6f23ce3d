"""The card suite: right cards pass, wrong ones are failed by the case that should."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.bench.pcscd import PrivatePcscd
from drivers.card.cardfile import read_card_file
from drivers.card.contract import CardSignature, Secret
from drivers.card.pcsc import PcscCardReader
from drivers.card.pcsc_service import chosen_socket
from drivers.card.vpcd import VirtualSlot
from drivers.clock import SystemClock
from drivers.conformance import card_wrong_drivers, card_wrong_files, card_wrong_pin
from drivers.conformance.card_bench import CardBench
from drivers.conformance.card_facts import facts_of, read_facts
from drivers.conformance.card_kind import KIND, PrivateCardBench
from drivers.conformance.card_specimens import BUILDS, PIN, RIGHT, on_bench, our_driver
from drivers.conformance.card_suite import SUITE
from drivers.conformance.card_wire import Blanking, RecordedService
from drivers.conformance.case import Verdict
from drivers.conformance.kind import SetupError, driver_of
from drivers.conformance.proof import Specimen, examine, table
from drivers.conformance.result import Result
from drivers.conformance.runner import tried
from tests.drivers.card.conftest import CARD
from tests.drivers.card.issued import issue

WRONG_CARDS = (*card_wrong_pin.WRONG, *card_wrong_files.WRONG)
WRONG_DRIVERS = card_wrong_drivers.WRONG
ROOT = Path(__file__).parents[3]


def names(specimens: tuple[Specimen[CardBench], ...]) -> list[str]:
    return [specimen.name for specimen in specimens]


class TestProof:
    @pytest.mark.parametrize("specimen", RIGHT, ids=names(RIGHT))
    def test_a_right_card_of_any_build_passes_every_case(
        self, specimen: Specimen[CardBench]
    ) -> None:
        proof, results = examine(SUITE, specimen)
        assert proof.holds, table([proof])
        assert {result.verdict for result in results.values()} == {Verdict.PASSED}

    @pytest.mark.parametrize("specimen", WRONG_CARDS, ids=names(WRONG_CARDS))
    def test_a_wrong_card_is_failed_by_the_case_that_should(
        self, specimen: Specimen[CardBench]
    ) -> None:
        proof, _ = examine(SUITE, specimen, specimen.killers)
        assert proof.holds, table([proof])

    @pytest.mark.parametrize("specimen", WRONG_DRIVERS, ids=names(WRONG_DRIVERS))
    def test_a_wrong_driver_is_failed_by_the_case_that_should(
        self, specimen: Specimen[CardBench]
    ) -> None:
        proof, _ = examine(SUITE, specimen, specimen.killers)
        assert proof.holds, table([proof])

    def test_there_are_enough_and_each_has_its_own_name(self) -> None:
        every = names(KIND.specimens)
        assert len(set(every)) == len(every)
        assert len(WRONG_CARDS) >= 20
        assert len(RIGHT) >= 2

    def test_every_case_kills_something(self) -> None:
        """A case that no wrong device fails might as well not be there."""
        killers = {case for specimen in KIND.specimens for case in specimen.killers}
        assert {case.id for case in SUITE.cases} == killers


def run_case(bench: CardBench, name: str) -> Result:
    (case,) = (case for case in SUITE.cases if case.id == name)
    return tried(case, bench, SystemClock())


class TestSecrets:
    @pytest.mark.parametrize(
        "name",
        [
            "card.driver.authenticate",
            "card.driver.wrong_pin",
            "card.read.from_anywhere",
            "card.text.proven",
        ],
    )
    def test_nothing_secret_or_personal_is_written_down(self, name: str) -> None:
        bench, _ = on_bench(BUILDS["contactless"][1])()
        result = run_case(bench, name)
        assert result.verdict is Verdict.PASSED
        kept = json.dumps(result.as_json())
        facts = bench.facts
        for secret in (facts.pin, facts.wrong_pin, facts.code, "架空".encode(), facts.certificate):
            assert secret.hex() not in kept
        der = facts.certificate
        assert not any(der[at : at + 6].hex() in kept for at in range(6, len(der) - 6))
        assert any(passage.hidden for passage in result.passages)
        assert any(passage.means == "SELECT" for passage in result.passages)

    def test_not_even_where_a_wrong_card_lets_the_pin_be_read(self) -> None:
        wrong = next(one for one in KIND.specimens if one.name == "readable-pin")
        bench, _ = wrong.open()
        result = run_case(bench, "card.read.secrets_are_closed")
        assert result.verdict is Verdict.FAILED
        assert bench.facts.pin.hex() not in json.dumps(result.as_json())

    @pytest.mark.parametrize(
        "entry",
        [
            "00 20 00 80 04 31 32 33 34",
            "10 20 00 80 02 31 32",
            "0C 20 00 80 04 31 32 33 34",
            "00 20 00 80 00 00 04 31 32 33 34",
        ],
    )
    def test_an_entry_is_blanked_in_whatever_form(self, entry: str) -> None:
        assert Blanking().is_secret(bytes.fromhex(entry))

    def test_a_file_read_by_its_short_name_is_not_the_one_selected(self) -> None:
        blanking = Blanking()
        assert not blanking.is_secret(bytes.fromhex("00 A4 02 0C 02 00 06"))
        assert not blanking.is_secret(bytes.fromhex("00 B0 82 00 20"))
        assert blanking.is_secret(b"FFFF" * 8 + b"\x90\x00")

    def test_no_text_form_shows_one(self) -> None:
        bench, _ = on_bench(BUILDS["contactless"][1])()
        assert "1234" not in repr(bench.facts)


class TestFacts:
    def write(self, directory: Path, text: str) -> Path:
        path = directory / "card.toml"
        path.write_text(text, encoding="utf-8")
        return path

    def test_of_a_real_card_are_its_secrets(self, tmp_path: Path) -> None:
        text = '[auth]\npin = "7319"\n[person]\nnumber_b = "55021720341234"\n'
        facts = read_facts(self.write(tmp_path, text))
        assert (facts.pin, facts.code, facts.certificate) == (b"7319", b"55021720341234", b"")
        assert facts.authorities
        assert facts.wrong_pin == b"2864"
        assert facts.near_pins == (b"2319", b"7819", b"7369", b"7314")

    @pytest.mark.parametrize(
        ("text", "wrong"),
        [
            ("", "pin must be 4 digits"),
            ('[auth]\npin = "73190"\n', "pin must be 4 digits"),
            ("[auth]\npin = 7319\n", "must be a string"),
            ('[auth]\npin = "7319"\ncertificate = "none.pem"\n', "no certificate in PEM"),
            ("[auth\n", "cannot be used"),
        ],
    )
    def test_that_cannot_be_used_are_said_without_their_value(
        self, tmp_path: Path, text: str, wrong: str
    ) -> None:
        with pytest.raises(SetupError, match=wrong) as error:
            read_facts(self.write(tmp_path, text))
        assert "7319" not in str(error.value)

    @staticmethod
    def _real(pin: bytes) -> CardBench:
        """A bench on a card whose tries nobody gives back, and whose PIN is said to be `pin`."""
        opened, clock = on_bench(BUILDS["contactless"][1])()
        facts = replace(opened.facts, pin=pin)
        setup = replace(opened._setup, facts=facts, keeps_tries=True)
        return CardBench(setup, lambda _name, _numbers: 0, clock)

    @staticmethod
    def _left(bench: CardBench) -> int:
        with bench.wire() as wire:
            wire.open(0x0018)
            return wire.tries()

    def test_a_try_that_was_lost_is_made_good_before_the_next_case(self) -> None:
        bench = self._real(PIN)
        for _ in range(3):
            with bench.wire() as wire:
                wire.open_pin()
                wire.verify(bench.facts.wrong_pin)  # and the run is broken off
            assert run_case(bench, "card.pin.query_is_free").verdict is Verdict.PASSED
        assert self._left(bench) == 3

    def test_another_cards_pin_in_the_file_costs_one_try_of_this_one(self) -> None:
        bench = self._real(b"9999")
        ended = [tried(case, bench, bench.clock) for case in SUITE.cases]
        assert self._left(bench) == 2
        assert [r.case_id for r in ended if "63C2" in r.detail] != []
        assert any("this card's PIN" in result.detail for result in ended)
        assert {r.verdict for r in ended} <= {Verdict.PASSED, Verdict.FAILED, Verdict.SKIPPED}

    def test_the_last_try_but_one_is_never_used_up(self) -> None:
        bench = self._real(PIN)
        with bench.wire() as wire:
            wire.open_pin()
            wire.verify(bench.facts.wrong_pin)
            wire.verify(bench.facts.wrong_pin)
        assert run_case(bench, "card.pin.query_is_free").verdict is Verdict.SKIPPED
        assert self._left(bench) == 1

    def test_a_secret_in_an_error_of_the_driver_is_blanked(self) -> None:
        """Wrong entries too: the right one can be told from them."""

        class Tells(PcscCardReader):
            def authenticate(self, pin: Secret, certificate: bytes, digest: bytes) -> CardSignature:
                sent = pin.open()
                spaced, array = sent.hex(" "), list(sent)
                raise RuntimeError(f"{sent!r} {sent.hex()} {spaced} {array} {sent.decode()}")

        bench, _ = on_bench(BUILDS["contactless"][1], Tells)()
        for case in ("card.driver.authenticate", "card.driver.wrong_pin"):
            result = run_case(bench, case)
            assert result.verdict is Verdict.FAILED
            assert result.detail.count("[hidden]") == 5
            assert not re.search(r"\d", result.detail.partition("RuntimeError")[2])

    def test_a_right_driver_that_finds_its_own_service_is_not_blamed(self) -> None:
        opened, clock = on_bench(BUILDS["contactless"][1])()
        setup = replace(
            opened._setup,
            open_reader=lambda config, clock, _: PcscCardReader(config, clock, opened.service),
            gives_service=False,
        )
        bench = CardBench(setup, lambda _name, _numbers: 0, clock)
        bench.service = RecordedService(opened.service, bench.recorder, bench.stopwatch)
        for case in ("authenticate", "wrong_pin", "malformed_pin", "swapped"):
            result = run_case(bench, f"card.driver.{case}")
            assert result.verdict is Verdict.PASSED, result.detail
        assert run_case(bench, "card.driver.number_untouched").verdict is Verdict.NOT_APPLICABLE

    def test_a_driver_of_another_make_is_given_the_service_if_it_takes_it(self) -> None:
        made, given = driver_of("drivers.card.pcsc:PcscCardReader", our_driver, "service")
        assert given
        bench, clock = on_bench(BUILDS["contactless"][1], made)()
        assert run_case(bench, "card.driver.authenticate").verdict is Verdict.PASSED
        assert clock is bench.clock
        with pytest.raises(SetupError):
            driver_of("drivers.card.pcsc:None", our_driver, "service")


@pytest.fixture(scope="module")
def card_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A card file with the PIN 7319, beside its keys."""
    directory = tmp_path_factory.mktemp("card")
    issue("user authentication", "a", "1.2.392.200149.8.5.1.3.30").write(directory, "auth")
    issue("digital signature", "b", "1.2.392.200149.8.5.1.1.20").write(directory, "sign")
    path = directory / "card.toml"
    path.write_text(CARD.replace('"1234"', '"7319"'), encoding="utf-8")
    return path


@pytest.mark.daemon
class TestBehindARealPcscd:
    @pytest.fixture
    def bench(self, card_path: Path) -> Iterator[CardBench]:
        chosen = chosen_socket()
        directory = Path(chosen).parent if chosen else None
        made = PrivateCardBench(read_card_file(card_path), our_driver, SystemClock(), directory)
        yield made
        made.close()

    def test_the_whole_suite(self, bench: CardBench) -> None:
        ended = {case.id: tried(case, bench, SystemClock()) for case in SUITE.cases}
        assert {n: r.detail for n, r in ended.items() if r.verdict is not Verdict.PASSED} == {}

    def test_the_subject_is_named(self, bench: CardBench) -> None:
        bench.settle()
        assert "Virtual PCD 00 00" in bench.subject()
        assert any("contactless" in line for line in bench.subject())

    def test_on_the_command_line(self, card_path: Path, tmp_path: Path) -> None:
        """A process of its own, as a maker would: what it leaves holds no PIN."""
        done = subprocess.run(
            [
                *(sys.executable, "-m", "drivers", "conform", "card"),
                *("--card-file", str(card_path), "--out", str(tmp_path), "--hands", "virtual"),
                *("--budget-tries", "4", "--only", "card.driver", "--only", "card.pin.b"),
            ],
            cwd=ROOT,
            env={k: v for k, v in os.environ.items() if k != "PCSCLITE_CSOCK_NAME"},
            capture_output=True,
            text=True,
            check=False,
            timeout=50,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["report"]
        assert report["verdicts"]["passed"] == 11
        skipped = [c["id"] for c in report["cases"] if "spends" in c["detail"]]
        assert skipped == ["card.pin.blocks"]
        assert_no_pin(tmp_path)

    def test_at_a_reader_with_a_person(self, card_path: Path, tmp_path: Path) -> None:
        """As at real hardware: a named reader, a card file of secrets only, Enter for each act."""
        secrets = tmp_path / "secrets.toml"
        secrets.write_text('[auth]\npin = "7319"\n', encoding="utf-8")
        with PrivatePcscd() as daemon:
            slot = VirtualSlot(daemon.vpcd_host, daemon.vpcd_port)
            slot.insert(read_card_file(card_path).make())
            done = subprocess.run(
                [
                    *(sys.executable, "-m", "drivers", "conform", "card"),
                    *("--card-file", str(secrets), "--out", str(tmp_path / "out")),
                    *("--reader", "Virtual PCD", "--hands", "prompt", "--budget-tries", "2"),
                    *("--only", "card.driver.a", "--only", "card.pin.", "--only", "card.text"),
                ],
                cwd=ROOT,
                env={**os.environ, **daemon.environment},
                input="\n" * 20,
                capture_output=True,
                text=True,
                check=False,
                timeout=50,
            )
            slot.pull()
        assert done.returncode == 0, done.stdout + done.stderr
        assert "ok   card.pin.wrong_costs_one" in done.stdout
        assert "n/a  card.text.proven  the card file says no 照合番号B" in done.stdout
        assert "skip card.pin.blocks" in done.stdout
        assert_no_pin(tmp_path / "out")


def assert_no_pin(directory: Path) -> None:
    """No file there holds 7319, as text or as the hexadecimal of its digits."""
    for file in directory.iterdir():
        if file.is_file():
            kept = file.read_bytes().replace(b" ", b"")
            assert b"37333139" not in kept
            assert not re.search(rb"(?<![0-9])7319(?![0-9])", kept)


def test_a_card_file_without_a_user_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "card.toml"
    path.write_text('[card]\nkind = "juki"\n', encoding="utf-8")
    with pytest.raises(SetupError, match="has no"):
        facts_of(read_card_file(path))


def test_the_driver_under_test_is_ours_by_default() -> None:
    bench, _ = on_bench(BUILDS["t0"][1])()
    with bench.reader() as reader:
        assert isinstance(reader._driver, PcscCardReader)  # type: ignore[attr-defined]  # held to its contract
