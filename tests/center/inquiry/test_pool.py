"""The pool's bounds: a full queue, too long, killed at work, somebody who goes away, no memory.

The pairs of these tests are real processes that obey their upload instead of reading it; what the
real ones do with the memory they may have is asked of a real opener.
"""

import asyncio
import io
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from center.cell import reader_of
from center.frames import pack, unpack
from center.inquiry import pool as pool_module
from center.inquiry.pool import ENOUGH, FAILED, TOO_LONG, Answer, Busy, NotStarted, Pool

pytestmark = [pytest.mark.daemon, pytest.mark.timeout(180)]
LIMIT_S = 60.0
OBEDIENT = """
import os, socket, sys
from center.cell import reader_of
from center.frames import pack, unpack
name, came, goes = sys.argv[1], *(socket.socket(fileno=int(fd)) for fd in sys.argv[2:])
if name == "decoder":
    goes.sendall(pack({"ready": 1}))
while True:
    try:
        header, body = unpack(reader_of(came))
    except EOFError:
        break
    if name == "decoder" and body == b"hang":
        came.recv(1)
    if name == "decoder" and body == b"die":
        os._exit(1)
    goes.sendall(pack({"end": "end", "pages": []}, body) if name == "decoder" else pack({}, body))
"""
HASTY = """
import sys
from center.inquiry import opener
opener.PARSE_CPU_S = 1
opener.main(*map(int, sys.argv[1:]))
"""


@pytest.fixture(autouse=True)
def obedient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pairs of this module start in a moment and do as they are told."""

    def start(
        name: str, came: socket.socket, goes: socket.socket, *_more: str
    ) -> "subprocess.Popen[bytes]":
        fds = came.fileno(), goes.fileno()
        return subprocess.Popen(
            [sys.executable, "-c", OBEDIENT, name, *map(str, fds)], pass_fds=fds
        )

    monkeypatch.setattr(pool_module, "_process", start)


def at_work(
    story: Callable[[Pool], Awaitable[None]], job_s: float = LIMIT_S, waiting_max: int = 1
) -> None:
    """Run a story with a pool of one pair, and end every process of it."""

    async def run() -> None:
        pool = Pool(Path("no keys"), size=1, waiting_max=waiting_max, job_s=job_s)
        try:
            await pool.begin()
            async with asyncio.timeout(LIMIT_S):
                await story(pool)
        finally:
            pool.end()
        assert pool.pids == set()

    asyncio.run(run())


def soon(work: Coroutine[Any, Any, Answer]) -> "asyncio.Task[Answer]":
    return asyncio.get_running_loop().create_task(work)


async def until(holds: Callable[[], bool]) -> None:
    while not holds():
        await asyncio.sleep(0)


def is_gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def test_a_full_queue_refuses_and_whoever_waits_is_served() -> None:
    async def story(pool: Pool) -> None:
        first = soon(pool.read(b"hang"))
        await until(pool._idle.empty)
        second = soon(pool.read(b"a"))
        await until(lambda: pool._waiting == 1)
        with pytest.raises(Busy):
            await pool.read(b"b")
        first.cancel()
        assert (await second).end == "end"
        assert (await pool.read(b"c")).end == "end", "there is room again"

    at_work(story)


def test_what_takes_too_long_is_the_end_of_its_pair_only() -> None:
    async def story(pool: Pool) -> None:
        before = pool.pids
        assert (await pool.read(b"hang")).end == TOO_LONG
        assert all(is_gone(pid) for pid in before)
        pool._job_s = LIMIT_S
        assert (await pool.read(b"a")).end == "end"
        assert len(pool.pids) == 2
        assert not pool.pids & before

    at_work(story, job_s=0.2)


def test_a_pair_that_dies_at_work_is_replaced() -> None:
    async def story(pool: Pool) -> None:
        before = pool.pids
        assert (await pool.read(b"die")).end == FAILED
        assert all(is_gone(pid) for pid in before), "its other half ends with it"
        assert (await pool.read(b"a")).end == "end"

    at_work(story)


def test_whoever_goes_away_leaves_no_answer_for_the_next() -> None:
    async def story(pool: Pool) -> None:
        before = pool.pids
        first = soon(pool.read(b"hang"))
        await until(pool._idle.empty)
        first.cancel()
        assert (await pool.read(b"a")).end == "end"
        assert not pool.pids & before

    at_work(story)


def test_a_pair_is_replaced_before_it_grows_old() -> None:
    async def story(pool: Pool) -> None:
        before = pool.pids
        for _ in range(ENOUGH):
            await pool.read(b"a")
        await pool.read(b"a")
        assert not pool.pids & before

    at_work(story)


def test_a_pair_that_died_while_idle_costs_nobody_an_answer() -> None:
    async def story(pool: Pool) -> None:
        before = pool.pids
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        await until(lambda: all(_has_ended(pid) for pid in before))
        assert (await pool.read(b"a")).end == "end"
        assert not pool.pids & before

    at_work(story)


def _has_ended(pid: int) -> bool:
    """Also while nobody has waited for it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


class Stubborn:
    """Starts that fail for so many times."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.failing = 0
        self.tried = 0
        start = pool_module._process

        def sometimes(name: str, *rest: Any) -> "subprocess.Popen[bytes]":
            self.tried += name == "opener"
            if not self.failing:
                return start(name, *rest)
            self.failing -= name == "decoder"
            return subprocess.Popen(["/bin/false"])

        monkeypatch.setattr(pool_module, "_process", sometimes)
        monkeypatch.setattr(pool_module, "_PAUSES_S", (0.01, 0.02))


def test_a_pair_that_does_not_start_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    stubborn = Stubborn(monkeypatch)

    async def story(pool: Pool) -> None:
        stubborn.failing = 3
        assert (await pool.read(b"die")).end == FAILED
        assert (await pool.read(b"a")).end == "end"
        assert stubborn.tried == 5, "one at first, three in vain, one that serves"
        assert len(pool.pids) == 2

    at_work(story)


def test_a_pool_that_cannot_start_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    Stubborn(monkeypatch).failing = 1

    async def nothing(_pool: Pool) -> None:
        raise AssertionError("it began")

    with pytest.raises(NotStarted):
        at_work(nothing)


def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "WAIT_S", 0.05)

    async def story(pool: Pool) -> None:
        first = soon(pool.read(b"hang"))
        await until(pool._idle.empty)
        with pytest.raises(Busy):
            await pool.read(b"a")
        first.cancel()

    at_work(story)


@pytest.fixture
def opener() -> Iterator[tuple["subprocess.Popen[bytes]", socket.socket, socket.socket]]:
    """The real one, between two sockets of ours; it has little time for an upload."""
    ours_in, its_in = socket.socketpair()
    its_out, ours_out = socket.socketpair()
    fds = its_in.fileno(), its_out.fileno()
    process = subprocess.Popen([sys.executable, "-c", HASTY, *map(str, fds)], pass_fds=fds)
    its_in.close()
    its_out.close()
    with ours_in, ours_out:
        ours_out.settimeout(LIMIT_S)
        yield process, ours_in, ours_out
    process.kill()
    process.wait()


def _picture(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("1", (width, height), 1).save(out, "PNG")
    return out.getvalue()


def _answers(goes: socket.socket, came: socket.socket, upload: bytes) -> list[dict[str, Any]]:
    goes.sendall(pack({}, upload))
    headers: list[dict[str, Any]] = []
    while not headers or "end" not in headers[-1]:
        headers.append(unpack(reader_of(came))[0])
    return headers


def _endless() -> bytes:
    """A page of forms that show forms, a hundred thousand million times."""
    form = "<</Type/XObject/Subtype/Form/BBox[0 0 600 900]/Resources<</XObject<</X {} 0 R>>>>"
    streams = [("<<", "/X Do")]
    streams += [(form.format(6 + number), "/X Do " * 10) for number in range(11)]
    streams.append(("<</Type/XObject/Subtype/Form/BBox[0 0 600 900]", "0 0 600 900 re f"))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        "/Resources<</XObject<</X 5 0 R>>>>>>",
        *(f"{head}/Length {len(body)}>>stream\n{body}\nendstream" for head, body in streams),
    ]
    written = "".join(f"{n} 0 obj\n{text}\nendobj\n" for n, text in enumerate(objects, 1))
    return f"%PDF-1.7\n{written}trailer<</Root 1 0 R>>\n%%EOF".encode()


def test_what_an_upload_does_to_its_process_it_does_to_no_other(
    opener: tuple["subprocess.Popen[bytes]", socket.socket, socket.socket],
) -> None:
    """It computes for ever, it is killed at work, its pair is killed at work."""
    process, goes, came = opener
    assert _answers(goes, came, _endless()) == [{"end": TOO_LONG}]
    goes.sendall(pack({}, _endless()))
    os.kill(_child_of(process.pid), signal.SIGKILL)
    assert unpack(reader_of(came))[0] == {"end": FAILED}
    assert _answers(goes, came, _picture(60, 40))[-1] == {"end": "end"}
    assert process.poll() is None
    goes.sendall(pack({}, _endless()))
    child = _child_of(process.pid)
    process.kill()
    process.wait()
    while not _has_ended(child):
        pass


def _child_of(pid: int) -> int:
    """The process of an upload, as soon as there is one."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    while not (own := children.read_text("ascii").split()):
        pass
    return int(own[0])


def test_a_picture_that_takes_more_memory_than_there_may_be_is_too_large(
    opener: tuple["subprocess.Popen[bytes]", socket.socket, socket.socket],
) -> None:
    process, goes, came = opener

    assert _answers(goes, came, b"hello") == [{"end": "no_picture"}]
    status = Path(f"/proc/{process.pid}/status").read_text("ascii")
    now = int(status.split("VmSize:")[1].split()[0]) * 1024
    # What it has, and less than the picture takes: the same as a larger picture at the real limit.
    resource.prlimit(process.pid, resource.RLIMIT_AS, (now + 16_000_000, now + 16_000_000))
    assert _answers(goes, came, _picture(5500, 7200)) == [{"end": "too_large"}]
    small = _answers(goes, came, _picture(60, 40))
    assert small == [{"height": 40, "width": 60}, {"end": "end"}], "it goes on"
