"""The parent's end of the child process: what it finds, and what becomes of one that fails."""

from collections.abc import Iterator

import pytest

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

    def test_a_child_that_died_refuses_by_name(self, press: Press, examiner: Examiner) -> None:
        examiner.examine(press.job())
        examiner._process.kill()
        for _ in range(2):
            with pytest.raises(CheckFailed, match=r"document\.too_complex"):
                examiner.examine(press.job())

    def test_one_that_takes_too_long_is_killed(self, press: Press) -> None:
        with Examiner(job_s=0.000_001) as child:
            with pytest.raises(CheckFailed, match=r"document\.too_complex"):
                child.examine(press.job())
            assert child._process.poll() is not None

    def test_stop_may_be_repeated(self) -> None:
        child = Examiner()
        child.stop()
        child.stop()
