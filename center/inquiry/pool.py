"""Pairs of processes that read uploads, and the queue before them: bounded in all directions.

What an upload does to its pair is that pair's end and nobody else's: it is killed, another one
begins, and whoever asked gets a sentence. A pair that cannot begin is begun again until it can.
"""

import asyncio
import logging
import os
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from center.frames import LENGTHS, BadFrame, header_of, lengths, pack

ENOUGH = 200
"""Uploads after which a pair is replaced: nothing grows for ever."""
START_S = 120.0
WAIT_S = 100.0
"""That an upload waits for a pair; nobody looks at a bar for longer."""
_PAUSES_S = (0.5, 60.0)
"""Before another pair is begun when one could not be: at first, and at most; doubled each time."""
_ONE_CORE = {"OPENBLAS_NUM_THREADS": "1"}
"""A pair has one core: numpy's library would keep a second one busy with waiting."""

FAILED, TOO_LONG = "failed", "too_long"

log = logging.getLogger("center.inquiry")


class Busy(Exception):
    """As many uploads wait already as may, or this one has waited as long as any may."""


class NotStarted(Exception):
    """The processes that read uploads cannot be started here."""


@dataclass(frozen=True, slots=True)
class Result:
    """What was recovered of one page."""

    said: dict[str, Any] = field(repr=False)
    picture: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an upload: why it ended, and every page that was read."""

    end: str
    pages: tuple[Result, ...] = field(default=(), repr=False)


class _Pair:
    """An opener and a decoder, and the two sockets that we hold."""

    def __init__(self, keys: Path) -> None:
        ours_in, opener_in = socket.socketpair()
        opener_out, decoder_in = socket.socketpair()
        ours_out, decoder_out = socket.socketpair()
        self._ours = (ours_in, ours_out)
        with opener_in, opener_out, decoder_in, decoder_out:
            self._processes = (
                _process("opener", opener_in, opener_out),
                _process("decoder", decoder_in, decoder_out, str(keys)),
            )
        self.served = 0
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._silent: asyncio.StreamWriter | None = None
        """Nothing is ever written to it; without it its socket would be closed."""

    async def begin(self) -> None:
        """Wait until it is loaded. Raises OSError, EOFError, TimeoutError."""
        ours_in, ours_out = self._ours
        _, self._writer = await asyncio.open_connection(sock=ours_in)
        self._reader, self._silent = await asyncio.open_connection(sock=ours_out)
        async with asyncio.timeout(START_S):
            await self._frame()

    async def read(self, upload: bytes) -> Answer:
        """What is in an upload. Raises OSError, EOFError, BadFrame."""
        self.served += 1
        if self._writer is None:
            raise EOFError
        self._writer.write(pack({}, upload))
        await self._writer.drain()
        header, body = await self._frame()
        return _answer(header, body)

    def end(self) -> None:
        """Kill both and wait for them. Idempotent."""
        for process in self._processes:
            process.kill()
            process.wait()
        for ours in self._ours:
            ours.close()
        for writer in (self._writer, self._silent):
            if writer is not None:
                writer.close()

    @property
    def alive(self) -> bool:
        """Whether neither has ended."""
        return all(process.poll() is None for process in self._processes)

    @property
    def pids(self) -> tuple[int, ...]:
        """Opener and decoder."""
        return tuple(process.pid for process in self._processes)

    async def _frame(self) -> tuple[dict[str, Any], bytes]:
        if self._reader is None:
            raise EOFError
        try:
            head, body = lengths(await self._reader.readexactly(LENGTHS.size))
            header = header_of(await self._reader.readexactly(head))
            return header, await self._reader.readexactly(body)
        except asyncio.IncompleteReadError:
            raise EOFError from None


class Pool:
    """`size` pairs; at most `waiting_max` uploads wait for one. One event loop."""

    def __init__(
        self, keys: Path, size: int = 2, waiting_max: int = 8, job_s: float = 60.0
    ) -> None:
        self._keys = keys
        self._size = size
        self._waiting_max = waiting_max
        self._job_s = job_s
        self._waiting = 0
        self._idle: asyncio.Queue[_Pair] = asyncio.Queue()
        self._all: set[_Pair] = set()
        self._starting: set[asyncio.Task[None]] = set()

    async def begin(self) -> None:
        """Start every pair and wait for them. Raises NotStarted."""
        if not all(await asyncio.gather(*(self._started() for _ in range(self._size)))):
            raise NotStarted

    async def read(self, upload: bytes) -> Answer:
        """What is in `upload`; `FAILED` or `TOO_LONG` where its pair died of it.

        Raises Busy.
        """
        pair = await self._free()
        try:
            async with asyncio.timeout(self._job_s):
                answer = await pair.read(upload)
        except TimeoutError:
            self._replace(pair)
            return Answer(TOO_LONG)
        except (OSError, EOFError, BadFrame):
            self._replace(pair)
            return Answer(FAILED)
        except BaseException:
            # Whoever asked went away: the pair still works on it, and would answer the next.
            self._replace(pair)
            raise
        if pair.served >= ENOUGH:
            self._replace(pair)
        else:
            self._idle.put_nowait(pair)
        return answer

    async def _free(self) -> _Pair:
        """A pair that has nothing to do. Raises Busy."""
        if self._idle.empty() and self._waiting >= self._waiting_max:
            raise Busy
        self._waiting += 1
        try:
            async with asyncio.timeout(WAIT_S):
                # One that died while it had nothing to do did not die of this upload.
                while not (pair := await self._idle.get()).alive:
                    self._replace(pair)
        except TimeoutError:
            raise Busy from None
        finally:
            self._waiting -= 1
        return pair

    def end(self) -> None:
        """Kill every process and wait for it. Idempotent."""
        for task in self._starting:
            task.cancel()
        for pair in self._all:
            pair.end()
        self._all.clear()

    @property
    def pids(self) -> set[int]:
        """Of all processes there are now."""
        return {pid for pair in self._all for pid in pair.pids}

    def _replace(self, pair: _Pair) -> None:
        pair.end()
        self._all.discard(pair)
        task = asyncio.create_task(self._add())
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _add(self) -> None:
        """One more pair, however often that must be tried."""
        pause_s, longest_s = _PAUSES_S
        while not await self._started():
            log.error("a pair of processes did not start; tried again in %g s", pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, longest_s)

    async def _started(self) -> bool:
        """Whether one more pair could be started."""
        try:
            pair = _Pair(self._keys)
        except OSError:
            return False
        self._all.add(pair)
        try:
            await pair.begin()
        except (OSError, EOFError, TimeoutError, BadFrame):
            self._all.discard(pair)
            pair.end()
            return False
        self._idle.put_nowait(pair)
        return True


def _answer(header: dict[str, Any], body: bytes) -> Answer:
    results, at = [], 0
    for said in header["pages"]:
        length = int(said["picture"])
        results.append(Result(said, body[at : at + length]))
        at += length
    return Answer(str(header["end"]), tuple(results))


def _process(
    name: str, came: socket.socket, goes: socket.socket, *more: str
) -> "subprocess.Popen[bytes]":
    fds = (came.fileno(), goes.fileno())
    return subprocess.Popen(
        [sys.executable, "-m", f"center.inquiry.{name}", *map(str, fds), *more],
        pass_fds=fds,
        env={**os.environ, **_ONE_CORE},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
