"""Frames between the visit and the child process: exact, bounded, and silent about people."""

import io

import pytest

from kiosk.document.job import BadFrame, pack_job, unpack, unpack_job
from tests.kiosk.centre_at_work import CentreAtWork
from tests.kiosk.document.papers import Press

pytestmark = pytest.mark.daemon


@pytest.fixture(scope="module")
def press(running_work: CentreAtWork) -> Press:
    return Press(running_work.state)


class TestFrames:
    def test_a_job_comes_over_as_it_is(self, press: Press) -> None:
        job = press.job()
        stream = io.BytesIO(pack_job(job))
        assert unpack_job(*unpack(stream.read)) == job

    @pytest.mark.parametrize(
        "frame",
        [
            (2**31).to_bytes(4, "big") + (0).to_bytes(8, "big"),
            (2).to_bytes(4, "big") + (2**40).to_bytes(8, "big"),
            (2).to_bytes(4, "big") + (0).to_bytes(8, "big") + b"[]",
            (2).to_bytes(4, "big") + (0).to_bytes(8, "big") + b"{x",
        ],
    )
    def test_what_is_no_frame(self, frame: bytes) -> None:
        with pytest.raises(BadFrame):
            unpack(io.BytesIO(frame).read)

    def test_a_job_s_text_form_shows_no_name(self, press: Press) -> None:
        assert "見本" not in repr(press.job())
