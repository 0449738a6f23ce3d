"""Which worker runs which file: whole terminals on two workers, the rest on all of them.

More than half of the suite's time is waiting: for a reader that is polled, for a picture that
stays, for a spooler. So there are more workers than cores. But a story runs a whole terminal,
whose screens keep to the clock, and three at once would starve one another of a second: stories
stay on the two oldest workers, where they also share the stage that is built once a session. The
other workers give way to them (`nice`). Long files begin first, so that none is left for the end.
"""

import os
from collections.abc import Iterable

import pytest
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

STORY_LANES = 2
STORIES = ("tests/journeys/", "tests/kiosk/demo/", "tests/kiosk/runtime/", "tests/center/inquiry/")
"""Where whole programs, a terminal's or a browser's, stand beside one another."""
LONG = (
    "tests/kiosk/demo/test_command.py",
    "tests/journeys/test_killed_visit.py",
    "tests/journeys/test_leaving_and_looking.py",
    "tests/journeys/test_money_and_paper.py",
    "tests/journeys/test_killed_terminal.py",
    "tests/kiosk/demo/test_inquiry.py",
    "tests/journeys/test_cards_and_pins.py",
    "tests/kiosk/runtime/test_visit.py",
    "tests/center/antiforgery/scramble/test_sparse_sheets.py",
    "tests/center/antiforgery/scramble/test_dense_sheets.py",
    "tests/mutants/test_issuing.py",
    "tests/drivers/card/test_pcsc.py",
    "tests/drivers/conformance/test_printer_proof.py",
    "tests/drivers/card/test_opensc.py",
    "tests/kiosk/test_readiness.py",
    "tests/drivers/conformance/test_coin_proof.py",
    "tests/drivers/printer/test_printing.py",
    "tests/center/antiforgery/scramble/test_hardship.py",
    "tests/center/antiforgery/scramble/test_decode.py",
)
"""Files that take longest, longest first; all others follow by the number of their tests."""
_GIVES_WAY = 5


class Lanes(LoadFileScheduling):
    """A file is one piece of work, as in `--dist loadfile`; who gets it is decided here."""

    def _assign_work_unit(self, node: WorkerController) -> None:
        chosen = next_file(self.workqueue, may_tell_stories=node in self._storytellers())
        if chosen is None:
            node.shutdown()
            return
        self.workqueue.move_to_end(chosen, last=False)
        super()._assign_work_unit(node)

    def _storytellers(self) -> list[WorkerController]:
        """The oldest workers that still take work; a worker that died is followed by the next."""
        alive = [node for node in self.nodes if not node.shutting_down]
        return sorted(alive, key=lambda node: number(node.gateway.id))[:STORY_LANES]


def next_file(waiting: Iterable[str], *, may_tell_stories: bool) -> str | None:
    """Which of the waiting files a worker gets: stories first, then by `LONG`; None if none."""
    fitting = [name for name in waiting if may_tell_stories or not is_story(name)]
    return min(fitting, key=_turn, default=None)


def is_story(name: str) -> bool:
    """Whether the file starts whole programs that keep to the clock."""
    return name.startswith(STORIES)


def number(worker: str) -> int:
    """Of `gw3`, 3: workers are counted in the order in which they were started."""
    return int(worker.removeprefix("gw"))


def give_way() -> None:
    """Called in each worker at its start: those that tell no stories are nicer than the others."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is not None and number(worker) >= STORY_LANES:
        os.nice(_GIVES_WAY)


def scheduler(config: pytest.Config, log: object) -> Lanes | None:
    """For `--dist loadfile`; every other way of distributing stays what it is."""
    return Lanes(config, log) if config.getoption("dist") == "loadfile" else None


def _turn(name: str) -> tuple[bool, int]:
    return not is_story(name), LONG.index(name) if name in LONG else len(LONG)
