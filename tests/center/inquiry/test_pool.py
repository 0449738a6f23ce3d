"""The pool's bounds: a full queue, too long, killed at work, somebody who goes away, no memory.

The pairs of these tests are real processes that obey their upload instead of reading it; what the
real ones do with the memory they may have is asked of a real opener.
"""

import asyncio
import io
import resource
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
from center.inquiry.pool import ENOUGH, FAILED, TOO_LONG, Answer, Busy, Pool

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


@pytest.fixture
def opener() -> Iterator[tuple["subprocess.Popen[bytes]", socket.socket, socket.socket]]:
    """The real one, between two sockets of ours."""
    ours_in, its_in = socket.socketpair()
    its_out, ours_out = socket.socketpair()
    fds = its_in.fileno(), its_out.fileno()
    process = subprocess.Popen(
        [sys.executable, "-m", "center.inquiry.opener", *map(str, fds)], pass_fds=fds
    )
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


def test_a_picture_that_takes_more_memory_than_there_may_be_is_too_large(
    opener: tuple["subprocess.Popen[bytes]", socket.socket, socket.socket],
) -> None:
    process, goes, came = opener

    def answers(upload: bytes) -> list[dict[str, Any]]:
        goes.sendall(pack({}, upload))
        headers = []
        while not headers or "end" not in headers[-1]:
            headers.append(unpack(reader_of(came))[0])
        return headers

    assert answers(b"hello") == [{"end": "no_picture"}]
    status = Path(f"/proc/{process.pid}/status").read_text("ascii")
    now = int(status.split("VmSize:")[1].split()[0]) * 1024
    # What it has, and less than the picture takes: the same as a larger picture at the real limit.
    resource.prlimit(process.pid, resource.RLIMIT_AS, (now + 16_000_000, now + 16_000_000))
    assert answers(_picture(5500, 7200)) == [{"end": "too_large"}]
    small = answers(_picture(60, 40))
    assert small == [{"height": 40, "width": 60}, {"end": "end"}], "it goes on"
