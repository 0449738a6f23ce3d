"""Fault plans: what goes wrong with the demo's devices, and when, as a TOML file.

A plan is a row of steps. A step may wait for something that a device does (a line of the
logbook), may then let time pass, and works one hand of the dock page. Steps come one after
another, so that a plan also says how what it broke is mended.
"""

import threading
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from drivers.clock import Clock

_KEYS = frozenset({"do", "with", "who", "says", "after_s"})
_LONGEST_S = 3600.0


class BadPlan(ValueError):
    """A file is no fault plan; the text says which step and why."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done to a device."""

    do: str
    """A hand of the dock page."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    who: str = ""
    """Wait until this device (`coins`, `card`, `printer`, `hand`) does something ..."""
    says: str = ""
    """... whose line holds these words; empty waits for nothing."""
    after_s: float = 0.0
    """Then wait so long."""


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """A story: what goes wrong, in order."""

    name: str
    what: str
    """One sentence for whoever chooses it."""
    steps: tuple[Step, ...]


def read_plan(name: str, text: str, hands: frozenset[str]) -> FaultPlan:
    """The plan in `text`. Raises BadPlan."""
    try:
        whole = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadPlan(f"{name}: {error}") from error
    rows, what = whole.get("step"), whole.get("what")
    if set(whole) != {"what", "step"} or not isinstance(what, str) or not isinstance(rows, list):
        raise BadPlan(f"{name}: a plan has `what`, one sentence, and [[step]] rows")
    steps = tuple(_step(f"{name}, step {n}", row, hands) for n, row in enumerate(rows, start=1))
    return FaultPlan(name, what, steps)


def ready_made(hands: frozenset[str]) -> tuple[FaultPlan, ...]:
    """The plans that ship with the demo, by name."""
    folder = files("kiosk.demo").joinpath("plans")
    found = sorted(folder.iterdir(), key=lambda path: path.name)
    return tuple(
        read_plan(path.name.removesuffix(".toml"), path.read_text(encoding="utf-8"), hands)
        for path in found
        if path.name.endswith(".toml")
    )


def find_plan(named: str, hands: frozenset[str]) -> FaultPlan:
    """A ready-made plan, or one in a file. Raises BadPlan."""
    plans = {plan.name: plan for plan in ready_made(hands)}
    if named in plans:
        return plans[named]
    try:
        text = Path(named).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        known = ", ".join(plans)
        raise BadPlan(f"{named} is no file and no ready-made plan ({known}).") from error
    return read_plan(named, text, hands)


def _step(where: str, row: object, hands: frozenset[str]) -> Step:
    if not isinstance(row, dict) or set(row) - _KEYS or not isinstance(row.get("do"), str):
        raise BadPlan(f"{where}: a step has `do`, and may have {', '.join(sorted(_KEYS - {'do'}))}")
    if row["do"] not in hands:
        raise BadPlan(
            f"{where}: there is no hand {row['do']!r}; there are {', '.join(sorted(hands))}"
        )
    arguments, after_s = row.get("with", {}), row.get("after_s", 0)
    words = (row.get("who", ""), row.get("says", ""))
    if not isinstance(arguments, dict) or not all(isinstance(word, str) for word in words):
        raise BadPlan(f"{where}: `with` is a table, `who` and `says` are text")
    if isinstance(after_s, bool) or not isinstance(after_s, int | float):
        raise BadPlan(f"{where}: `after_s` is a number of seconds")
    if not 0 <= after_s <= _LONGEST_S:
        raise BadPlan(f"{where}: `after_s` lies between 0 and {_LONGEST_S:.0f}")
    return Step(row["do"], arguments, *words, float(after_s))


class Course:
    """How far a plan is: told what the devices do, it says which step is due. No clock."""

    def __init__(self, plan: FaultPlan, now_s: float) -> None:
        self._left = list(plan.steps)
        self._due_s: float | None = None
        self._plan_next(now_s, heard=False)

    @property
    def over(self) -> bool:
        """True when every step was done."""
        return not self._left

    def heard(self, who: str, what: str, now_s: float) -> None:
        """A device did something."""
        if self._due_s is None and self._left:
            step = self._left[0]
            if step.who in {"", who} and step.says in what:
                self._plan_next(now_s, heard=True)

    def wait_s(self, now_s: float) -> float | None:
        """How long until a step is due; None while a device must do something first."""
        return None if self._due_s is None else max(0.0, self._due_s - now_s)

    def take(self, now_s: float) -> Step | None:
        """The step that is due, once."""
        if self._due_s is None or self._due_s > now_s:
            return None
        step = self._left.pop(0)
        self._plan_next(now_s, heard=False)
        return step

    def _plan_next(self, now_s: float, *, heard: bool) -> None:
        self._due_s = None
        if self._left and (heard or not (self._left[0].who or self._left[0].says)):
            self._due_s = now_s + self._left[0].after_s


class PlanRunner:
    """Carries plans out in a thread of its own, one at a time."""

    def __init__(
        self,
        do: Callable[[str, Mapping[str, Any]], None],
        clock: Clock,
        tell: Callable[[str], None],
    ) -> None:
        """`do` works a hand; `tell` is told what is done, and what could not be."""
        self._do = do
        self._clock = clock
        self._tell = tell
        self._changed = threading.Condition()
        self._course: Course | None = None
        self._serial = 0
        self.running = ""
        """The name of the plan that runs, or empty."""

    def start(self, plan: FaultPlan) -> None:
        """Begin a plan; one that runs is given up where it is."""
        with self._changed:
            self._serial += 1
            self._course = Course(plan, self._clock.monotonic_s())
            self.running = plan.name
            self._changed.notify_all()
            arguments = (self._serial, self._course)
        self._tell(f"fault plan {plan.name}: {plan.what}")
        threading.Thread(target=self._run, args=arguments, name="fault-plan", daemon=True).start()

    def stop(self) -> None:
        """Give up the plan that runs. Idempotent."""
        with self._changed:
            self._serial += 1
            self.running = ""
            self._changed.notify_all()

    def heard(self, who: str, what: str) -> None:
        """A device did something. From any thread."""
        with self._changed:
            if self._course is not None:
                self._course.heard(who, what, self._clock.monotonic_s())
                self._changed.notify_all()

    def _run(self, serial: int, course: Course) -> None:
        while (step := self._next(serial, course)) is not None:
            try:
                self._do(step.do, step.arguments)
            except (KeyError, ValueError, TypeError, RuntimeError, OSError) as problem:
                self._tell(f"fault plan: {step.do} could not be done ({problem})")
        with self._changed:
            if serial == self._serial:
                self.running = ""

    def _next(self, serial: int, course: Course) -> Step | None:
        """The next step when it is due; None when the plan is over or given up."""
        with self._changed:
            while serial == self._serial and not course.over:
                now_s = self._clock.monotonic_s()
                step = course.take(now_s)
                if step is not None:
                    return step
                self._changed.wait(course.wait_s(now_s))
        return None
