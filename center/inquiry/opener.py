"""The process that parses uploads: pictures in grey go on to the decoder. It holds no key.

`python -m center.inquiry.opener IN OUT`: uploads come on the socket IN, one frame each; for each
page a frame goes to OUT, then one that says why there are no more. Each upload is parsed in a
process of its own: what it does to that process, or leaves in its memory, ends with it.
"""

import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from center.cell import close_the_doors, die_with_parent, leave_the_network, reader_of
from center.frames import BadFrame, pack, unpack

PAGES_MAX = 10
PARSE_CPU_S = 12
"""Of one upload; ten pages at 600 dpi take about as many seconds, others far less."""
END, MORE, NO_PICTURE, TOO_LARGE = "end", "more", "no_picture", "too_large"
FAILED, TOO_LONG = "failed", "too_long"

Pictures = Callable[[bytes], Any]


def main(uploads: int, onward: int) -> None:
    """Serve until the socket ends."""
    leave_the_network()
    # Parsers load files of their own, and must be here before the doors close.
    from PIL import Image

    from center.antiforgery.scramble.upload import pictures

    Image.init()
    close_the_doors(uploads, onward)
    with socket.socket(fileno=uploads) as came, socket.socket(fileno=onward) as goes:
        read = reader_of(came)
        while True:
            try:
                _, upload = unpack(read)
            except (EOFError, BadFrame):
                return
            ended = _apart(came.close, partial(parse, upload, pictures, goes))
            if ended:
                goes.sendall(pack({"end": TOO_LONG if ended == -signal.SIGXCPU else FAILED}))


def _apart(*steps: Callable[[], None]) -> int:
    """The exit code of a process that does all steps and ends with them."""
    own = os.getpid()
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 1
    try:
        die_with_parent(own)
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (PARSE_CPU_S, PARSE_CPU_S + 1))
        for step in steps:
            step()
        status = 0
    finally:
        # Nothing of this process goes on in its parent's code.
        os._exit(status)


def parse(upload: bytes, pictures: Pictures, goes: socket.socket) -> None:
    """Send the pages of an upload on, and why there are no more."""
    from center.antiforgery.scramble.upload import NoPicture, TooLarge

    end = END
    try:
        for number, grey in enumerate(pictures(upload)):
            if number == PAGES_MAX:
                end = MORE
                break
            height, width = grey.shape
            goes.sendall(pack({"height": height, "width": width}, grey.tobytes()))
    except NoPicture:
        end = NO_PICTURE
    except (TooLarge, MemoryError):
        end = TOO_LARGE
    goes.sendall(pack({"end": end}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
