"""The parent's end of the child process: what it finds, and what becomes of one that fails."""

import dataclasses
from collections.abc import Iterator

import pytest

from center.wire.mixups import may_be_mix_up
from crypto.errors import CheckFailed
from kiosk.document.examiner import Examiner
from kiosk.document.glyphs import Reference, find
from kiosk.document.inspect import inspect
from tests.kiosk.centre_at_work import CentreAtWork
from tests.kiosk.document.papers import Press, texts_of

pytestmark = pytest.mark.daemon


@pytest.fixture(scope="module")
def press(running_work: CentreAtWork) -> Press:
    return Press(running_work.state)


FAKE = """
import os, socket, struct, sys
from kiosk.document.job import pack, unpack
parent = socket.socket(fileno=int(sys.argv[1]))
read = lambda size: parent.recv(size, socket.MSG_WAITALL)
raw = lambda text: parent.sendall(struct.pack(">IQ", len(text), 0) + text.encode())
parent.sendall(pack({{"ready": 1, "network": {network}, "calls": {calls}}}))
{then}
"""


def fake(then: str, *, network: int = 1, calls: int = 1) -> Examiner:
    """A child of our own that says it is ready, and then does `then`."""
    return Examiner(program=("-c", FAKE.format(then=then, network=network, calls=calls)))


class TestTheChild:
    @pytest.fixture
    def examiner(self) -> Iterator[Examiner]:
        with Examiner() as child:
            yield child

    def test_it_finds_what_the_functions_find(self, press: Press, examiner: Examiner) -> None:
        job = press.job()
        assert texts_of(examiner.examine(job)) == texts_of(inspect(job, Reference(find())))
        with pytest.raises(CheckFailed, match=r"stamp\.other_person"):
            examiner.examine(press.job(card=b"x" * 32))
        assert examiner.examine(press.job())

    def test_it_has_no_network(self, press: Press, examiner: Examiner) -> None:
        examiner.examine(press.job())
        assert examiner.confinement().network
        net = f"/proc/{examiner.pid}/net/dev"
        with open(net, encoding="ascii") as file:  # noqa: PTH123 - a file of the kernel
            devices = [line.split(":")[0].strip() for line in file if ":" in line]
        assert devices == ["lo"]

    def test_no_document_is_to_blame_for_a_child_that_was_gone(
        self, press: Press, examiner: Examiner
    ) -> None:
        examiner.examine(press.job())
        examiner._process.kill()
        examiner._process.wait()
        for _ in range(2):
            with pytest.raises(CheckFailed, match=r"terminal\.examiner"):
                examiner.examine(press.job())

    def test_one_that_dies_of_its_document(self, press: Press) -> None:
        with fake("unpack(read); os._exit(9)") as child:
            with pytest.raises(CheckFailed, match=r"document\.too_complex"):
                child.examine(press.job())
            with pytest.raises(CheckFailed, match=r"terminal\.examiner"):
                child.examine(press.job())

    def test_one_that_takes_too_long_is_killed(self, press: Press) -> None:
        with Examiner(job_s=0.000_001) as child:
            with pytest.raises(CheckFailed, match=r"document\.too_complex"):
                child.examine(press.job())
            assert child._process.poll() is not None

    @pytest.mark.parametrize(
        "answer",
        [
            '\'{"failure": "text.other_person MIHON Hanako 1103"}\'',
            '\'{"failure": "text.nobody_knows"}\'',
            '\'{"failure": "coin.jam"}\'',
            '\'{"failure": ["text.other_person"]}\'',
            '\'{"failure": {"text.other_person": 1}}\'',
            "'{}'",
            "'[' * 100_000",
        ],
    )
    def test_what_a_child_that_was_taken_over_may_say(self, press: Press, answer: str) -> None:
        with (
            fake(f"unpack(read); raw({answer})") as child,
            pytest.raises(CheckFailed, match=r"^document\.too_complex"),
        ):
            child.examine(press.job())

    def test_a_list_that_lapsed_stops_no_municipality(self, press: Press) -> None:
        job = press.job()
        later = dataclasses.replace(job, at=job.at + 91 * 86_400)
        with Examiner() as child, pytest.raises(CheckFailed) as caught:
            child.examine(later)
        assert caught.value.failure == "trust.list_not_in_force"
        assert not may_be_mix_up(caught.value.failure)

    def test_unconfined_it_examines_nothing(self, press: Press) -> None:
        with (
            fake("unpack(read)", network=0, calls=0) as child,
            pytest.raises(CheckFailed, match=r"terminal\.examiner"),
        ):
            child.examine(press.job())
        assert not may_be_mix_up("terminal.examiner")

    def test_stop_may_be_repeated(self) -> None:
        child = Examiner()
        child.stop()
        child.stop()
