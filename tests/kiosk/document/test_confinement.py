"""What the child process can no longer do, tried from inside and looked at from outside."""

import pickle
import platform
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crypto.errors import CheckFailed
from kiosk import readiness
from kiosk.document import confinement
from kiosk.document.confinement import MEMORY_BYTES, Confinement
from kiosk.document.examiner import ChildUnfit, Examiner
from kiosk.readiness import Finding
from tests.kiosk.centre_at_work import CentreAtWork
from tests.kiosk.document.papers import Press
from tests.kiosk.document.probe import TRIES

pytestmark = pytest.mark.daemon

REFUSED = sorted(TRIES.keys() - {"nothing", "memory", "spin"})
_MIB = 1024 * 1024


@pytest.fixture(scope="module")
def press(running_work: CentreAtWork) -> Press:
    return Press(running_work.state)


class Probe(Examiner):
    """The parent's end as it is, of a child that tries things."""

    def __init__(self, *words: str, job_s: float = 60.0) -> None:
        super().__init__(job_s=job_s, program=("-m", "tests.kiosk.document.probe"), words=words)


@pytest.fixture(scope="module")
def probe() -> Iterator[Probe]:
    with Probe() as child:
        yield child


def tried(probe: Probe, press: Press, what: str) -> str:
    return probe.examine(press.job(what.encode())).decode()


class TestFromInside:
    def test_everything_holds_here(self, probe: Probe) -> None:
        assert probe.confinement() == Confinement(network=True, calls=True)

    @pytest.mark.parametrize("what", REFUSED)
    def test_what_it_cannot_do(self, probe: Probe, press: Press, what: str) -> None:
        assert tried(probe, press, what) == "EPERM"

    def test_what_it_can(self, probe: Probe, press: Press) -> None:
        assert tried(probe, press, "nothing") == "done"

    def test_memory_is_bounded(self, probe: Probe, press: Press) -> None:
        assert tried(probe, press, "memory") == "MemoryError"
        assert tried(probe, press, "nothing") == "done"

    def test_time_is_bounded_by_the_kernel(self, press: Press) -> None:
        with Probe() as child:
            with pytest.raises(CheckFailed, match=r"document\.too_complex"):
                tried(child, press, "spin")
            assert child.ended() == -27  # SIGPROF: its own two seconds, not our sixty

    @pytest.mark.parametrize("what", ["open_file", "write_file", "unix_socket"])
    def test_without_the_filter_the_limits_hold(self, press: Press, what: str) -> None:
        with Probe("limits alone") as child:
            assert child.confinement() == Confinement(network=True, calls=False)
            assert tried(child, press, what) == "EMFILE"
            assert tried(child, press, "memory") == "MemoryError"


class TestFromOutside:
    def test_the_real_child(self, press: Press) -> None:
        with Examiner() as child:
            child.examine(press.job())
            assert child.confinement() == Confinement(network=True, calls=True)
            status = facts(child.pid, "status", ":")
            assert (status["Seccomp"], status["NoNewPrivs"]) == ("2", "1")
            assert int(status["VmHWM"].split()[0]) * 1024 < MEMORY_BYTES
            assert (
                Path(f"/proc/{child.pid}/ns/net").readlink() != Path("/proc/self/ns/net").readlink()
            )

    def test_nothing_is_loaded_that_was_not_there_before(self, press: Press) -> None:
        """An import needs a file, and there are none: all that a job needs comes before it."""
        code = (
            "import pickle, sys\n"
            "from kiosk.document.child import load\n"
            "examine = load()\n"
            "job = pickle.load(sys.stdin.buffer)\n"
            "before = set(sys.modules)\n"
            "examine(job)\n"
            "print(sorted(set(sys.modules) - before))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            input=pickle.dumps(press.job()), capture_output=True, check=True,
        )  # fmt: skip
        assert done.stdout.strip() == b"[]"


class TestWhatAnOperatorSees:
    def look(self, monkeypatch: pytest.MonkeyPatch, **holds: bool) -> Finding:
        granted = Confinement(**holds)
        monkeypatch.setattr(Examiner, "confinement", lambda _child: granted)
        return readiness._examiner(None, None)  # type: ignore[arg-type]  # it asks neither

    def test_all_is_granted_here(self) -> None:
        found = readiness._examiner(None, None)  # type: ignore[arg-type]  # it asks neither
        assert found.good
        assert found.facts[:2] == ("without a network: yes", "system calls filtered: yes")

    def test_what_is_not_granted_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found = self.look(monkeypatch, network=True, calls=False)
        assert found.good
        assert "no, the kernel did not grant it" in found.facts[1]
        assert not self.look(monkeypatch, network=False, calls=False).good

    def test_a_terminal_without_the_font_is_not_ready(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def unfit(_child: Examiner) -> Confinement:
            raise ChildUnfit("no font")

        monkeypatch.setattr(Examiner, "confinement", unfit)
        found = readiness._examiner(None, None)  # type: ignore[arg-type]  # it asks neither
        assert (found.good, found.facts) == (False, ("no font",))


class TestWhatTheKernelDoesNotGrant:
    def test_an_unknown_machine_has_no_filter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(platform, "machine", lambda: "abacus")
        assert confinement.filter_calls() is False

    def test_a_child_that_cannot_begin_says_why(self) -> None:
        program = ("-c", _UNFIT)
        with Examiner(program=program) as child, pytest.raises(ChildUnfit, match="no font"):
            child.confinement()
        with Examiner(program=("-c", "")) as child, pytest.raises(ChildUnfit, match="not begin"):
            child.confinement()


_UNFIT = """
import socket, sys
from kiosk.document.job import pack
socket.socket(fileno=int(sys.argv[1])).sendall(pack({"trouble": "no font"}))
"""


class TestTheFilter:
    @pytest.mark.parametrize("machine", sorted(confinement._ARCHITECTURES))
    def test_every_call_has_its_number_once(self, machine: str) -> None:
        _, column = confinement._ARCHITECTURES[machine]
        numbers = [pair[column] for pair in confinement._NUMBERS.values()]
        assert len(set(numbers)) == len(numbers)
        assert set(confinement._NUMBERS) == {*confinement._CALLS, *confinement._MAPPING}

    @pytest.mark.parametrize("machine", sorted(confinement._ARCHITECTURES))
    def test_it_decides_as_it_says(self, machine: str) -> None:
        """The program run by a reader of BPF of our own, on every call there could be."""
        arch, column = confinement._ARCHITECTURES[machine]
        program = confinement._program(arch, column)
        allowed = {confinement._NUMBERS[call][column] for call in confinement._CALLS}
        mapping = {confinement._NUMBERS[call][column] for call in confinement._MAPPING}
        for number in range(512):
            verdict = decide(program, arch, number, 0)
            assert (verdict == confinement._ALLOW) == (number in allowed | mapping)
        for number in mapping:
            assert decide(program, arch, number, 7) == confinement._REFUSE
            assert decide(program, arch, number, 3) == confinement._ALLOW
        assert decide(program, arch ^ 1, min(allowed), 0) == confinement._KILL
        assert decide(program, arch, confinement._X32 | 1, 0) == confinement._KILL


def decide(program: bytes, architecture: int, number: int, third: int) -> int:
    """What a filter answers. Source: Linux, Documentation/networking/filter.rst."""
    loads = {0: number, 4: architecture, 32: third}
    held, at = 0, 0
    while True:
        code, then, otherwise, value = struct.unpack_from("=HBBI", program, 8 * at)
        at += 1
        if code == 0x06:
            return int(value)
        if code == 0x20:
            held = loads[value]
        else:
            jumps = {0x15: held == value, 0x35: held >= value, 0x45: bool(held & value)}
            at += then if jumps[code] else otherwise


def facts(pid: int, name: str, mark: str) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/{name}").read_text("ascii").splitlines()
    pairs = (line.partition(mark) for line in lines)
    return {key: value.strip() for key, _, value in pairs}
