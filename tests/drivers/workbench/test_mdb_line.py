"""What a technician types and reads at an MDB adapter."""

import pytest

from drivers.__main__ import main
from drivers.clock import SystemClock, VirtualClock
from drivers.coin.mdb.tables import CHANGER_STATUS, VALIDATOR_STATUS, Changer, Validator
from drivers.coin.mdb.virtual import MdbBillBuild, MdbBuild, VirtualMdbMachine
from drivers.coin.mdb.words import answer_words, command_name
from drivers.link.memory import MemoryPort
from drivers.workbench.mdb_line import MdbLine, block_of, probe_mdb


class Table:
    def __init__(self, build: MdbBuild | None = None) -> None:
        self.clock = VirtualClock()
        self.machine = VirtualMdbMachine(self.clock, build or MdbBuild(bills=MdbBillBuild()))
        self.port = MemoryPort(self.machine.receive, self.clock)
        self.line = MdbLine(self.port, self.clock)

    def says(self, typed: str) -> str:
        return "\n".join(self.line.answer(typed))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("poll", "0B, changer was reset"),
        ("0B", "0B, changer was reset"),
        ("setup", "level 3, country 1392, scaling 10: type 0 ¥10 (tube), type 1 ¥50 (tube)"),
        ("tube_status", "type 0 50, type 1 50, type 2 50, type 3 30"),
        ("0F 00", "KVM KV-M1, serial 000000080001; offers alternative payout, extended"),
        ("coin_type 000F0000", "ACK: done"),
        ("dispense 12", "ACK: done"),
        ("dispense 1F", "NAK: refused"),
        ("bill setup", "level 1, escrow, stacker for 300: type 0 ¥1000"),
        ("bill poll", "06, validator was reset"),
        ("bill stacker", "0 bills"),
        ("bill-poll", "'bill-poll' is no command"),
        ("20", "silence"),
    ],
)
def test_an_answer_in_bytes_and_in_words(typed: str, words: str) -> None:
    assert words in Table().says(typed)


def test_a_coin_and_a_bill_are_told_in_words() -> None:
    table = Table()
    table.says("poll")
    table.says("coin_type 000F0000")
    table.machine.hand.drop_coin(100)
    table.clock.advance(1.0)
    assert "coin type 2 to tubes, 51 in its tube" in table.says("poll")
    table.says("bill poll")
    table.says("bill bill_type 000F000F")
    table.machine.hand.insert_bill(5000)
    table.clock.advance(2.0)
    assert "bill type 2: escrow" in table.says("bill poll")


def test_every_status_has_its_words() -> None:
    for poll, table in ((Changer.POLL, CHANGER_STATUS), (Validator.POLL, VALIDATOR_STATUS)):
        for code, status in table.items():
            assert status.what in answer_words(bytes((poll,)), bytes((code,)))


def test_every_command_has_its_name() -> None:
    for command in (*Changer, *Validator):
        assert command_name(bytes((command,))) == command.name.lower().replace("_", " ")


@pytest.mark.parametrize("typed", ["nonsense", "bill nonsense", "zz", "bill", "00" * 40])
def test_a_mistake_is_answered_by_a_sentence_and_sends_nothing(typed: str) -> None:
    sent: list[bytes] = []
    port = MemoryPort(lambda data: sent.append(data) or b"", VirtualClock())  # type: ignore[func-returns-value]
    said = list(MdbLine(port, VirtualClock()).answer(typed))
    assert len(said) == 1
    assert said[0].startswith("   ")
    assert sent == []


def test_a_probe_says_who_is_there_and_takes_no_event_away() -> None:
    table = Table()
    said = "\n".join(probe_mdb(table.port, table.clock))
    assert "Changer (08h)" in said
    assert "Bill validator (30h)" in said
    assert "changer was reset" in table.says("poll"), "still to be told"


def test_a_probe_of_nobody_says_so() -> None:
    table = Table()
    table.machine.cable_cut = True
    assert "Nothing answers" in "\n".join(probe_mdb(table.port, table.clock))
    assert "silence" in table.says("setup")
    dumb = MemoryPort(lambda _: b"", table.clock)
    assert "no adapter" in "\n".join(MdbLine(dumb, table.clock).answer("poll"))


def test_names_and_help() -> None:
    table = Table()
    assert "0A tube_status" in table.says("names")
    assert "told once" in table.says("help")
    assert table.says("") == ""
    assert block_of(["tube-status"]) == b"\x0a"


@pytest.mark.daemon
def test_the_commands_on_a_real_pty(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with VirtualMdbMachine(SystemClock(), MdbBuild()) as machine:
        port = machine.serve_pty()
        assert main(["probe", "coin", "--protocol", "mdb", "--port", port]) == 0
        assert "KV-M1" in capsys.readouterr().out
        watch = ["watch", "--coin", port, "--protocol", "mdb", "--seconds", "0.5"]
        assert main(watch) == 0
        assert "its counts stand elsewhere" in capsys.readouterr().out, "as a first look says"
