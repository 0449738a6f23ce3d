"""The terminal's short-lived key: renewed in time, tried before the switch, killed anywhere."""

import dataclasses
import datetime
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from center import demo
from center.pki import issue
from center.pki.description import EndEntity
from center.wire import endpoints
from crypto.certificates import parse_pem_bundle
from crypto.errors import CheckFailed
from crypto.keys import private_to_pem
from crypto.roles import Role
from kiosk.center_client import CenterConfig, CentreLine, load_trust
from kiosk.center_visit import CentreVisit
from kiosk.identity import Held, Identity, Renewed, Span, Step, enrol, plan
from tests.kiosk.centre_at_work import NOON, CentreAtWork

DAY_S = 86400
NOW = int(NOON.timestamp())
YOUNG = Span(NOW - 5 * DAY_S, NOW + 25 * DAY_S)
DUE = Span(NOW - 25 * DAY_S, NOW + 5 * DAY_S)
OVER = Span(NOW - 31 * DAY_S, NOW - DAY_S)
NEXT = Span(NOW - DAY_S, NOW + 29 * DAY_S)


class TestPlan:
    @pytest.mark.parametrize(
        ("held", "step"),
        [
            (Held(YOUNG), Step.WAIT),
            (Held(DUE), Step.MAKE_KEY),
            (Held(DUE, key=True), Step.ASK),
            (Held(DUE, NEXT, key=True), Step.TRY),
            (Held(DUE, NEXT), Step.TRY),
            (Held(OVER), Step.FAIL),
            (Held(OVER, key=True), Step.FAIL),
            (Held(OVER, NEXT), Step.TRY),
            (Held(DUE, OVER), Step.TIDY),
            (Held(DUE, DUE), Step.TIDY),
            (Held(YOUNG, key=True), Step.TIDY),
            (Held(DUE, left_over=True), Step.TIDY),
            (Held(OVER, left_over=True), Step.TIDY),
        ],
    )
    def test_what_comes_next(self, held: Held, step: Step) -> None:
        assert plan(held, NOW) is step

    def test_at_two_thirds_of_its_life_to_the_second(self) -> None:
        at = YOUNG.begins + 20 * DAY_S
        assert plan(Held(YOUNG), at - 1) is Step.WAIT
        assert plan(Held(YOUNG), at) is Step.MAKE_KEY

    def test_whatever_the_time_somebody_knows_what_to_do(self) -> None:
        for at in range(NOW - 40 * DAY_S, NOW + 40 * DAY_S, DAY_S // 2):
            assert plan(Held(DUE, NEXT), at) in Step


@dataclasses.dataclass
class Terminal:
    """A terminal with a pair of its own, some days old."""

    work: CentreAtWork
    file: Path

    @property
    def config(self) -> CenterConfig:
        return dataclasses.replace(
            self.work.config(), certificate=str(self.file), key=str(self.file)
        )  # fmt: skip

    def enrol(self, span: Span, name: str = "kiosk-0001") -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        what = EndEntity("t", "terminals", Role.TERMINAL, (name,), "p-256")
        begins, ends = (datetime.datetime.fromtimestamp(x, datetime.UTC) for x in span_of(span))
        root = demo._terminal_authority(self.work.state)
        made = issue.issue_ours(what, key, root, issue.Validity(begins, ends))
        enrol(self.file, made.public_bytes(Encoding.PEM), private_to_pem(key))

    def renew(self) -> Renewed:
        return Identity(self.config, self.work.ours).renew()

    def serial(self) -> int:
        return parse_pem_bundle(self.file.read_bytes())[0].serial_number

    def is_admitted(self) -> bool:
        CentreVisit(CentreLine(self.config), load_trust(self.config), self.work.ours).open()
        return True

    def files(self) -> list[str]:
        return sorted(path.name for path in self.file.parent.iterdir())


def span_of(span: Span) -> tuple[int, int]:
    return span.begins, span.ends


@pytest.fixture
def terminal(work: CentreAtWork) -> Iterator[Terminal]:
    directory = Path(tempfile.mkdtemp(prefix="k"))
    yield Terminal(work, directory / "identity.pem")
    shutil.rmtree(directory)


def failure_of(call: Callable[[], object]) -> str:
    with pytest.raises(CheckFailed) as failed:
        call()
    return failed.value.failure


@pytest.mark.daemon
class TestRenewal:
    def test_a_young_pair_is_left_alone(self, terminal: Terminal) -> None:
        terminal.enrol(YOUNG)
        before = terminal.file.read_bytes()
        assert terminal.renew() == Renewed(switched=False, look_again=YOUNG.renewal)
        assert terminal.file.read_bytes() == before

    def test_an_old_one_is_replaced_and_works(self, terminal: Terminal) -> None:
        terminal.enrol(DUE)
        before = terminal.serial()
        renewed = terminal.renew()
        assert renewed.switched
        assert renewed.look_again > NOW
        assert terminal.serial() != before
        assert terminal.is_admitted()
        assert terminal.files() == ["identity.pem"]
        assert terminal.file.stat().st_mode & 0o777 == 0o600

    def test_the_centre_is_away_and_comes_back(
        self, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """At each of the two requests; nothing is lost and nothing is made twice."""
        terminal.enrol(DUE)
        before = terminal.serial()
        post = CentreLine.post
        for path, kept in ((endpoints.RENEW, ".key"), (endpoints.OPEN_VISIT, ".next")):

            def away(line: CentreLine, asked: str, body: bytes, gone: str = path) -> bytes:
                if asked == gone:
                    raise CheckFailed("centre.unreachable")
                return post(line, asked, body)

            with monkeypatch.context() as patch:
                patch.setattr(CentreLine, "post", away)
                assert failure_of(terminal.renew) == "centre.unreachable"
            assert (terminal.serial(), terminal.is_admitted()) == (before, True)
            assert f"identity.pem{kept}" in terminal.files()
        assert terminal.renew().switched
        assert terminal.files() == ["identity.pem"]

    def test_a_next_pair_that_is_refused_never_takes_over(
        self, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        terminal.enrol(DUE)
        before, post = terminal.serial(), CentreLine.post

        def refuses(line: CentreLine, path: str, body: bytes) -> bytes:
            if path == endpoints.OPEN_VISIT:
                raise CheckFailed("terminal.not_admitted")
            return post(line, path, body)

        with monkeypatch.context() as patch:
            patch.setattr(CentreLine, "post", refuses)
            assert failure_of(terminal.renew) == "identity.next_refused"
        assert (terminal.serial(), terminal.files()) == (before, ["identity.pem"])
        assert terminal.is_admitted()

    def test_a_certificate_of_another_terminal_never_takes_over(self, terminal: Terminal) -> None:
        terminal.enrol(NEXT, "kiosk-0002")
        terminal.file.rename(terminal.file.with_name("identity.pem.next"))
        terminal.enrol(DUE)
        assert failure_of(terminal.renew) == "identity.next_refused"
        assert terminal.renew().switched
        assert terminal.is_admitted()

    @pytest.mark.parametrize("content", [b"", b"torn", b"-----BEGIN CERTIFICATE-----\n"])
    @pytest.mark.parametrize("suffix", [".next", ".key", ".key.0000.part"])
    def test_rubbish_beside_it_is_removed(
        self, terminal: Terminal, suffix: str, content: bytes
    ) -> None:
        terminal.enrol(DUE)
        terminal.file.with_name(f"identity.pem{suffix}").write_bytes(content)
        assert terminal.renew().switched
        assert terminal.files() == ["identity.pem"]

    def test_run_out_but_a_next_pair_lies_there(self, terminal: Terminal) -> None:
        terminal.enrol(NEXT)
        terminal.file.rename(terminal.file.with_name("identity.pem.next"))
        terminal.enrol(OVER)
        assert terminal.renew().switched
        assert terminal.is_admitted()

    def test_run_out_altogether(self, terminal: Terminal) -> None:
        terminal.enrol(OVER)
        assert failure_of(terminal.renew) == "identity.expired"

    def test_a_centre_whose_certificates_are_no_gain(
        self, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("center.relay.identities.VALID_DAYS", 5)
        terminal.enrol(DUE)
        assert failure_of(terminal.renew) == "identity.next_refused"
        assert terminal.is_admitted()

    def test_two_files_cannot_be_switched_at_once(self, terminal: Terminal) -> None:
        config = dataclasses.replace(terminal.config, key="elsewhere.pem")
        assert failure_of(lambda: Identity(config, terminal.work.ours)) == "identity.unusable"

    def test_a_file_that_is_none(self, terminal: Terminal) -> None:
        assert failure_of(terminal.renew) == "identity.unusable"


@pytest.fixture
def killer(terminal: Terminal) -> Iterator[Callable[[int], int]]:
    """Renews up to a point in a process of its own; its exit status, or minus the signal."""
    config = terminal.file.parent.with_suffix(".config")
    config.write_bytes(pickle.dumps(terminal.config))
    command = [sys.executable, "-m", "tests.kiosk.identity_child", str(config)]
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    to, back = child.stdin, child.stdout

    def renew_until(point: int) -> int:
        to.write(f"{point}\n")
        return int(back.readline())

    yield renew_until
    to.close()
    back.close()
    assert child.wait(20) == 0
    config.unlink()


@pytest.mark.daemon
@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_kill_at_every_step_is_survived(terminal: Terminal, killer: Callable[[int], int]) -> None:
    """After each, the terminal gets in with what it has, and the next call ends the renewal."""
    seen: set[tuple[str, ...]] = set()
    for point in range(200):
        terminal.enrol(DUE)
        ended = killer(point)
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
        seen.add(tuple(name.split(".")[2] for name in terminal.files() if name.count(".") > 1))
        assert terminal.is_admitted(), point
        terminal.renew()
        assert terminal.is_admitted()
        (renewed,) = parse_pem_bundle(terminal.file.read_bytes())
        assert renewed.not_valid_after_utc.timestamp() > DUE.ends
        assert terminal.files() == ["identity.pem"]
    else:
        pytest.fail("it never came to its end")
    assert point > 20
    assert {(), ("key",), ("key", "next")} <= seen
