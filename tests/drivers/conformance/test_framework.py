"""The framework, on a device of three lines: verdicts, resuming, budget, signature, replay."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from drivers.clock import VirtualClock
from drivers.conformance.case import (
    Case,
    Clause,
    NotApplicable,
    Undecided,
    Verdict,
    demand,
    demand_equal,
)
from drivers.conformance.hands import Hands, Prompt, person, played
from drivers.conformance.junit import junit
from drivers.conformance.page import page
from drivers.conformance.proof import Specimen, examine, table
from drivers.conformance.report import (
    BESIDE,
    Circumstances,
    NotVerified,
    Report,
    disagreement,
    public_text,
    sha256_of,
    signed,
    signing_key,
    verified,
)
from drivers.conformance.result import Result, Tried
from drivers.conformance.runlog import LogMismatch, RunHead, RunLog, read_log
from drivers.conformance.runner import Means, Runner
from drivers.conformance.suite import Suite
from drivers.conformance.timing import Stopwatch, Timing
from drivers.conformance.transcript import Departed, Passage, PlayedClock, PlayedPort, Recorder
from drivers.errors import SilenceError


class Lamp:
    """A device that says whether it is lit, and the bench it stands on."""

    def __init__(self, *, lit: bool = True) -> None:
        self.clock = VirtualClock()
        self.recorder = Recorder(self.clock, secret=lambda data: data.startswith(b"PIN"))
        self.stopwatch = Stopwatch(self.clock)
        self.lit = lit
        self.settled = 0
        self.learned: dict[str, Any] = {}

    def ask(self) -> bool:
        self.recorder.sent(b"lit?")
        with self.stopwatch.span("lit?"):
            self.clock.sleep(0.01)
        self.recorder.received(b"yes" if self.lit else b"no")
        return self.lit

    def settle(self) -> None:
        self.settled += 1

    def subject(self) -> tuple[str, ...]:
        return ("a lamp",)

    def profile(self) -> str:
        return ""

    def close(self) -> None:
        pass


@Clause("lamp.light.lit", "It is lit.", "Lamps §1", "Change the bulb.")
def lit(bench: Lamp) -> str:
    demand(bench.ask(), "it is dark")
    return "light"


@Clause("lamp.light.dimmer", "It can be dimmed.", "Lamps §2", "None.")
def dimmed(bench: Lamp) -> str:
    raise NotApplicable("no dimmer")


@Clause("lamp.light.broken", "The kit is sound.", "none", "None.")
def divided(bench: Lamp) -> str:
    return str(1 // (bench.settled - bench.settled))


@Clause("lamp.light.silent", "It answers.", "Lamps §3", "None.")
def silent(bench: Lamp) -> str:
    raise SilenceError("coin.lost", "nothing came back")


@Clause("lamp.glass.dear", "It breaks when dropped.", "Lamps §4", "None.", hands=True, spends=2)
def dropped(bench: Lamp) -> str:
    return "in pieces"


def suite(*cases: Case[Lamp]) -> Suite[Lamp]:
    return Suite("lamp", "Lamp", {"light": "Light", "glass": "Glass"}, "lamp", cases)


HEAD = RunHead("lamp", {"port": "shelf"})


def run(
    tmp_path: Path, bench: Lamp, *cases: Case[Lamp], hands: bool = True, pieces: int = 9
) -> dict[str, Result]:
    log = RunLog(tmp_path / "t.jsonl", HEAD)
    Runner(bench, log, Means(hands, pieces), bench.clock).run(cases, lambda *_: None)
    return read_log(tmp_path / "t.jsonl")[1]


def test_each_ending_has_its_verdict(tmp_path: Path) -> None:
    bench = Lamp()
    found = run(tmp_path, bench, lit, dimmed, divided, silent, dropped)
    assert {name: result.verdict for name, result in found.items()} == {
        "lamp.light.lit": Verdict.PASSED,
        "lamp.light.dimmer": Verdict.NOT_APPLICABLE,
        "lamp.light.broken": Verdict.BROKEN,
        "lamp.light.silent": Verdict.FAILED,
        "lamp.glass.dear": Verdict.PASSED,
    }
    assert "ZeroDivisionError" in found["lamp.light.broken"].detail
    assert bench.settled == 5


def test_a_dark_lamp_fails_with_what_was_seen(tmp_path: Path) -> None:
    result = run(tmp_path, Lamp(lit=False), lit)["lamp.light.lit"]
    assert (result.verdict, result.detail) == (Verdict.FAILED, "it is dark")
    assert [passage.data for passage in result.passages] == [b"lit?", b"no"]
    assert result.exchanges == 1
    assert result.timings == (Timing("lit?", 1, 10.0, 10.0, 10.0),)


def test_nothing_is_spent_without_a_budget_and_no_hand_asked_for_that_is_not_there(
    tmp_path: Path,
) -> None:
    poor = run(tmp_path, Lamp(), dropped, pieces=1)["lamp.glass.dear"]
    assert poor.verdict is Verdict.SKIPPED
    assert "budget" in poor.detail
    alone = run(tmp_path, Lamp(), dropped, hands=False)["lamp.glass.dear"]
    assert alone.verdict is Verdict.SKIPPED
    assert "--hands" in alone.detail
    assert run(tmp_path, Lamp(), dropped, pieces=2)["lamp.glass.dear"].verdict is Verdict.PASSED


def test_the_budget_is_used_up(tmp_path: Path) -> None:
    @Clause("lamp.glass.again", "So does another.", "Lamps §4", "None.", spends=2)
    def again(bench: Lamp) -> str:
        return "in pieces"

    found = run(tmp_path, Lamp(), dropped, again, pieces=3)
    assert [result.verdict for result in found.values()] == [Verdict.PASSED, Verdict.SKIPPED]


def test_a_run_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    class Stop(Lamp):
        def settle(self) -> None:
            super().settle()
            if self.settled == 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, Stop(), lit, dropped)
    again = Lamp()
    found = run(tmp_path, again, lit, dropped)
    assert again.settled == 1, "what had its verdict is not tried again"
    assert set(found) == {"lamp.light.lit", "lamp.glass.dear"}


def test_the_budget_is_the_runs_however_often_it_is_stopped(tmp_path: Path) -> None:
    """A case that was broken off may have used up all that it might."""

    @Clause("lamp.glass.again", "So does another.", "Lamps §4", "None.", spends=2)
    def again(bench: Lamp) -> str:
        return "in pieces"

    class Stop(Lamp):
        def settle(self) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, Stop(), dropped, again, pieces=5)
    found = run(tmp_path, Lamp(), dropped, again, pieces=5)
    assert [result.verdict for result in found.values()] == [Verdict.PASSED, Verdict.SKIPPED]
    assert "1 are left" in found["lamp.glass.again"].detail
    found = run(tmp_path, Lamp(), dropped, again, pieces=6)
    assert found["lamp.glass.again"].verdict is Verdict.PASSED


def test_what_a_case_spends_may_depend_on_the_bench(tmp_path: Path) -> None:
    @Clause("lamp.glass.all", "All break.", "Lamps §4", "None.", spends=lambda b: b.settled + 4)
    def each(bench: Lamp) -> str:
        return "in pieces"

    assert run(tmp_path, Lamp(), each, pieces=3)["lamp.glass.all"].verdict is Verdict.SKIPPED
    assert run(tmp_path, Lamp(), each, pieces=4)["lamp.glass.all"].verdict is Verdict.PASSED


def test_what_the_cases_saw_outlives_a_stop(tmp_path: Path) -> None:
    @Clause("lamp.light.hue", "It has a colour.", "Lamps §7", "None.")
    def hue(bench: Lamp) -> str:
        bench.learned["hue"] = {"kelvin": 2700}
        return "warm"

    run(tmp_path, Lamp(), hue)
    again = Lamp()
    run(tmp_path, again, hue, lit)
    assert again.learned == {"hue": {"kelvin": 2700}}


def test_a_run_does_not_go_on_with_another_device(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    RunLog(path, HEAD).go_on("first", ())
    RunLog(path, HEAD).go_on("second", ("lamp 1",))
    RunLog(path, HEAD).go_on("third", ())
    again = RunLog(path, HEAD)
    again.go_on("fourth", ("lamp 1",))
    assert again.began == "first"
    with pytest.raises(LogMismatch, match="another device"):
        RunLog(path, HEAD).go_on("fifth", ("lamp 2",))
    RunLog(path, HEAD, afresh=True).go_on("sixth", ("lamp 2",))


def test_what_failed_is_tried_again_only_when_asked_and_is_not_forgotten(tmp_path: Path) -> None:
    run(tmp_path, Lamp(lit=False), lit)
    assert run(tmp_path, Lamp(), lit)["lamp.light.lit"].verdict is Verdict.FAILED
    for lamp in (Lamp(lit=False), Lamp()):
        log = RunLog(tmp_path / "t.jsonl", HEAD)
        Runner(lamp, log, Means(hands=True, pieces=9, again=True), lamp.clock).run(
            (lit,), lambda *_: None
        )
    result = read_log(tmp_path / "t.jsonl")[1]["lamp.light.lit"]
    assert result.verdict is Verdict.PASSED
    assert result.failed_before == ("it is dark", "it is dark")
    rows = (Tried(lit.clause, result),)
    about = Circumstances("lamp", "Lamp", {"light": "Light"}, {}, (), "t0", "t1")
    assert "Failed before: it is dark" in page(Report(about, rows))


def test_what_was_skipped_is_tried_again(tmp_path: Path) -> None:
    run(tmp_path, Lamp(), dropped, pieces=0)
    assert run(tmp_path, Lamp(), dropped)["lamp.glass.dear"].verdict is Verdict.PASSED


def test_a_line_torn_by_a_power_cut_is_dropped(tmp_path: Path) -> None:
    run(tmp_path, Lamp(), lit, dropped)
    path = tmp_path / "t.jsonl"
    path.write_text(path.read_text()[:-20])
    assert set(read_log(path)[1]) == {"lamp.light.lit"}
    found = run(tmp_path, Lamp(), lit, dropped)
    assert len(found) == 2


@pytest.mark.parametrize("text", ["", "{", '{"format": 9}', '{"format":1}', "[]", "\x00"])
def test_another_file_is_not_taken_for_a_run(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(text)
    with pytest.raises(LogMismatch):
        read_log(path)


def test_another_set_up_is_another_run(tmp_path: Path) -> None:
    run(tmp_path, Lamp(), lit)
    path = tmp_path / "t.jsonl"
    with pytest.raises(LogMismatch, match="--afresh"):
        RunLog(path, RunHead("lamp", {"port": "table"}))
    assert RunLog(path, RunHead("lamp", {"port": "table"}), afresh=True).results == {}


def test_ids_are_unique_and_at_home() -> None:
    with pytest.raises(ValueError, match="twice"):
        suite(lit, lit)
    stray = Clause("lamp.cellar.light", "", "", "")(lit.run)
    with pytest.raises(ValueError, match="homeless"):
        suite(stray)


def test_demand_equal_names_both() -> None:
    with pytest.raises(Exception, match="counter: 3 instead of 2"):
        demand_equal(3, 2, "counter")


# --- secrets --------------------------------------------------------------------------------------


def test_secret_bytes_are_nowhere(tmp_path: Path) -> None:
    @Clause("lamp.light.pin", "It takes a PIN.", "Lamps §5", "None.")
    def pin(bench: Lamp) -> str:
        bench.recorder.sent(b"PIN1234")
        return "taken"

    result = run(tmp_path, Lamp(), pin)["lamp.light.pin"]
    assert result.passages == (Passage(1000.0, "->", b"", "", 7),)
    assert "[7 bytes hidden]" in result.passages[0].text()
    stored = (tmp_path / "t.jsonl").read_text()
    assert b"1234".hex() not in stored
    assert "1234" not in stored


# --- the proof that it can fail -------------------------------------------------------------------


def specimen(name: str, *killers: str, lit: bool = True) -> Specimen[Lamp]:
    def opened() -> tuple[Lamp, VirtualClock]:
        bench = Lamp(lit=lit)
        return bench, bench.clock

    return Specimen(name, "bulb", opened, killers)


def test_a_wrong_device_must_be_failed_by_the_case_that_should() -> None:
    both = suite(lit, dropped)
    assert examine(both, specimen("right"))[0].holds
    assert examine(both, specimen("dark", "lamp.light.lit", lit=False))[0].holds
    assert not examine(both, specimen("dark", "lamp.glass.dear", lit=False))[0].holds
    assert not examine(both, specimen("lit", "lamp.light.lit"))[0].holds
    assert not examine(both, specimen("dark", lit=False))[0].holds
    assert not examine(suite(divided), specimen("right"))[0].holds, "a broken kit proves nothing"


def test_the_table_shows_who_failed_whom() -> None:
    proof, _ = examine(suite(lit), specimen("dark", "lamp.light.lit", lit=False))
    assert "| dark | bulb | **lamp.light.lit** | yes |" in table([proof])


# --- hands ----------------------------------------------------------------------------------------


def test_a_person_is_asked_until_a_number_comes() -> None:
    said: list[str] = []
    answers = iter(["", "many", "-1", " 12 "])

    def ask(sentence: str) -> str:
        said.append(sentence)
        return next(answers)

    prompts = {"put": Prompt("Put {0} in"), "count": Prompt("How many", counts=True)}
    recorder = Recorder(VirtualClock())
    hands = Hands(person(ask, prompts), recorder)
    assert hands.do("put", 3) == 0
    assert said == ["  Put 3 in, then press Enter. "]
    assert hands.do("count") == 12
    assert hands.do("nothing a person need do") == 0
    assert [p.means for p in recorder.passages()][:2] == ["put 3 = 0", "count = 12"]


def test_what_is_done_while_the_case_watches_is_done_after_enter() -> None:
    assert Prompt("let {0} go", after=True).question((3,)) == "  Press Enter, then let 3 go. "


@pytest.mark.parametrize("counts", [True, False])
def test_a_person_may_leave_a_case_out(*, counts: bool) -> None:
    act = person(lambda _: " s ", {"do": Prompt("Do it", counts=counts)})
    with pytest.raises(Undecided):
        act("do", ())


def test_recorded_hands_count_what_was_counted_then() -> None:
    recorder = Recorder(VirtualClock())
    hands = Hands(lambda *_: 70, recorder)
    hands.do("put", 3)
    hands.do("count")
    again = played(recorder.passages())
    assert again("put", (3,)) == 70
    with pytest.raises(Departed):
        again("put", (3,))
    with pytest.raises(Departed, match="after the end"):
        again("count", ())


# --- replay ---------------------------------------------------------------------------------------


def test_a_played_line_gives_the_same_answers_to_the_same_writes() -> None:
    clock = PlayedClock()
    line = PlayedPort((Passage(0.5, "->", b"a"), Passage(0.7, "<-", b"b")), clock)
    line.write(b"a")
    assert clock.monotonic_s() == 0.5
    assert line.read(1.0) == b"b"
    assert clock.monotonic_s() == 0.7
    assert line.read(0.25) == b""
    assert clock.monotonic_s() == 0.95
    with pytest.raises(Departed, match="after the end"):
        line.write(b"c")


def test_a_played_line_says_where_we_departed_from_it() -> None:
    line = PlayedPort((Passage(0.0, "->", b"a"),), PlayedClock())
    with pytest.raises(Departed, match="62 instead of 61"):
        line.write(b"b")


def test_a_sleep_takes_as_long_as_it_took_then() -> None:
    clock = PlayedClock()
    PlayedPort((Passage(1.0, "<-", b"x"), Passage(2.02, "->", b"a")), clock).read(1.0)
    clock.sleep(1.0)
    assert clock.monotonic_s() == 2.02


# --- the report -----------------------------------------------------------------------------------


def report(tmp_path: Path, bench: Lamp, *cases: Case[Lamp], hands: bool = True) -> Report:
    found = run(tmp_path, bench, *cases, hands=hands)
    rows = tuple(Tried(case.clause, found[case.id]) for case in cases)
    groups = {"light": "Light", "glass": "Glass"}
    about = Circumstances("lamp", "Lamp", groups, {"port": "shelf"}, ("a <b>",), "t0", "t1")
    return Report(about, rows)


def test_the_overall_word(tmp_path: Path) -> None:
    assert report(tmp_path / "1", Lamp(), lit, dimmed).overall == "conforms"
    assert report(tmp_path / "2", Lamp(lit=False), lit, divided).overall == "does not conform"
    assert report(tmp_path / "3", Lamp(), lit, divided).overall == "no verdict"
    some = report(tmp_path / "4", Lamp(), lit, dropped, hands=False)
    assert some.overall == "conforms in what was tried"


def test_a_signed_report_is_verified_and_a_changed_one_is_not(tmp_path: Path) -> None:
    key_file = tmp_path / "key.pem"
    key = signing_key(key_file)
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert signing_key(key_file).private_bytes_raw() == key.private_bytes_raw()
    made = report(tmp_path, Lamp(lit=False), lit)
    text = signed(made.as_json({"a.txt": "00"}), key)
    read, signer = verified(text)
    assert read["overall"] == "does not conform"
    assert signer == public_text(key.public_key())
    assert verified(text, signer)[0] == read
    with pytest.raises(NotVerified, match="changed after"):
        verified(text.replace("does not conform", "conforms"))
    other = public_text(signing_key(tmp_path / "other.pem").public_key())
    with pytest.raises(NotVerified, match="not by"):
        verified(text, other)


def test_a_file_that_says_more_than_was_signed_is_not_verified(tmp_path: Path) -> None:
    text = signed({"overall": "does not conform"}, signing_key(tmp_path / "key.pem"))
    verified(text)
    twice = text.replace('"overall"', '"overall": "conforms",\n  "overall"')
    more = json.dumps(json.loads(text) | {"note": "approved"})
    for changed in (twice, more, text.replace("\n", ""), text + " "):
        with pytest.raises(NotVerified, match="more than"):
            verified(changed)


def test_all_files_are_signed_with_the_report(tmp_path: Path) -> None:
    page_file = tmp_path / "report.html"
    for name in BESIDE:
        (tmp_path / name).write_text("conforms")
    report = {"files": {name: sha256_of(tmp_path / name) for name in BESIDE}}
    assert disagreement(report, tmp_path) == ""
    assert "was not signed" in disagreement({}, tmp_path)
    page_file.write_text("conforms!")
    assert "is not what was signed" in disagreement(report, tmp_path)
    page_file.unlink()
    assert "is missing" in disagreement(report, tmp_path)


@pytest.mark.parametrize("text", ["", "no key", "-----BEGIN PRIVATE KEY-----"])
def test_a_file_that_holds_no_key_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "key.pem").write_text(text)
    with pytest.raises(NotVerified, match=r"key\.pem holds no key"):
        signing_key(tmp_path / "key.pem")


def test_a_report_signed_again_by_somebody_else_is_not_the_makers(tmp_path: Path) -> None:
    ours = public_text(signing_key(tmp_path / "ours.pem").public_key())
    whole = json.loads(signed({"overall": "conforms"}, signing_key(tmp_path / "theirs.pem")))
    whole["signature"]["public_key"] = ours
    with pytest.raises(NotVerified, match="changed"):
        verified(json.dumps(whole), ours)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"report": {}, "signature": {}}', '"x"', "[" * 99_999]
)
def test_what_is_no_report_is_not_verified(text: str) -> None:
    with pytest.raises(NotVerified):
        verified(text)


def test_junit_counts(tmp_path: Path) -> None:
    text = junit(report(tmp_path, Lamp(lit=False), lit, dimmed, divided, dropped, hands=False))
    root = Xml.fromstring(text)  # noqa: S314 - our own
    assert root.attrib["tests"] == "4"
    counted = [root.attrib[name] for name in ("failures", "errors", "skipped")]
    assert counted == ["1", "1", "2"]
    failure = root.find("testcase/failure")
    assert failure is not None
    assert failure.attrib["message"] == "it is dark"


def test_the_page_says_first_what_to_mend_and_lets_nothing_through(tmp_path: Path) -> None:
    @Clause("lamp.glass.tags", "It shows <script>.", "Lamps §6", "Escape & be safe.")
    def tags(bench: Lamp) -> str:
        demand(holds=False, otherwise="<script>alert(1)</script>")
        return ""

    text = page(report(tmp_path, Lamp(lit=False), lit, tags))
    assert "<script" not in text
    assert "a &lt;b&gt;" in text
    assert text.index("What to mend") < text.index("<h2>Light")
    assert text.index("Change the bulb.") < text.index("<h2>Light")
    assert "src=" not in text
    assert 'href="http' not in text
