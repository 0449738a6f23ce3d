"""Reads one upload from standard input, and tells how much memory that took at most."""

import os
import resource
import sys

from center.antiforgery.scramble.decode import decode
from tests.center.antiforgery.scramble.sheets import KEYS, SIGNERS

if __name__ == "__main__":
    found = decode(sys.stdin.buffer.read(), KEYS, SIGNERS)
    assert found[0].picture is not None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    with os.fdopen(int(sys.argv[1]), "w") as answer:
        answer.write(str(most))
