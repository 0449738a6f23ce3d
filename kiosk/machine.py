"""The one rule engine of both circles: a state is left by a rule of the table, or not at all.

Two rules for whoever edits a table: a state changes nowhere but in `step`, and an action is a
pure function that returns values. An event no rule answers raises and changes nothing.
No wire, no clock.
"""

import enum
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

S = TypeVar("S", bound=enum.Enum)
S_co = TypeVar("S_co", bound=enum.Enum, covariant=True)
C = TypeVar("C")
E = TypeVar("E")


class Model(Protocol[S_co]):
    """What a circle remembers: a frozen dataclass with a `state`."""

    @property
    def state(self) -> S_co:
        """Where the circle stands."""
        ...


M = TypeVar("M", bound=Model[Any])


@dataclass(frozen=True, slots=True)
class Step(Generic[M, C]):
    """What came of one event: the next model, and the commands to carry out in this order.

    An action leaves `model.state` as it found it; the rule's `to` is written by `step`.
    """

    model: M
    commands: tuple[C, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule(Generic[S, M, C]):
    """One row of a table. Made by `on`, which ties the event's type to action and guard."""

    at: frozenset[S]
    event: type[object]
    to: S | None
    """Where it leads; None stays."""
    do: Callable[[M, Any], Step[M, C]]
    when: Callable[[M, Any], bool] | None = None


def on(
    at: S | Collection[S],
    event: type[E],
    to: S | None,
    do: Callable[[M, E], Step[M, C]],
    when: Callable[[M, E], bool] | None = None,
) -> Rule[S, M, C]:
    """A rule: in the states `at`, `event` leads `to` (None: stays), doing `do`, if `when` holds.

    The event's type is checked against `do` and `when` here and hidden afterwards, so that
    rules of different events fit into one tuple.
    """
    states = frozenset((at,)) if isinstance(at, enum.Enum) else frozenset(at)
    return Rule(states, event, to, do, when)


class IllegalEvent(Exception):
    """No rule of the table answers this event in this state; the model is as it was.

    Names the types only: an event may hold what a resident typed.
    """

    def __init__(self, state: enum.Enum, event: type[object]) -> None:
        self.state = state
        self.event = event
        super().__init__(f"no rule for {event.__name__} in {state.name}")


class BadTable(Exception):
    """The table contradicts itself; raised while the program is imported."""


class Table(Generic[S, M, C]):
    """Rules by (state, event), checked for sense when built.

    For every pair the guarded rules come first, in the order written, and exactly one
    unguarded rule comes last. Raises `BadTable` otherwise.
    """

    def __init__(self, rules: Iterable[Rule[S, M, C]]) -> None:
        self.rules = tuple(rules)
        self._index: dict[tuple[S, type[object]], list[Rule[S, M, C]]] = {}
        for rule in self.rules:
            for state in rule.at:
                self._index.setdefault((state, rule.event), []).append(rule)
        for (state, event), found in self._index.items():
            _check_guards(state, event, found)

    def at(self, state: S, event: type[object]) -> tuple[Rule[S, M, C], ...]:
        """The rules that answer `event` in `state`, in order; empty when none does."""
        return tuple(self._index.get((state, event), ()))

    def heard(self, state: S) -> frozenset[type[object]]:
        """The events `state` answers."""
        return frozenset(event for at, event in self._index if at == state)

    def deaf(
        self, states: Iterable[S], events: Iterable[type[object]]
    ) -> tuple[tuple[S, type[object]], ...]:
        """Pairs of `states` and `events` that no rule answers; must be empty for what carries
        value."""
        wanted = tuple(events)
        return tuple((s, e) for s in states for e in wanted if (s, e) not in self._index)

    def leads(self) -> Mapping[S, frozenset[S]]:
        """State -> the states its rules lead to (itself included where a rule stays)."""
        ways: dict[S, set[S]] = {}
        for (state, _), rules in self._index.items():
            ways.setdefault(state, set()).update(r.to if r.to else state for r in rules)
        return {state: frozenset(targets) for state, targets in ways.items()}

    def reachable(self, start: S) -> frozenset[S]:
        """Every state some chain of rules leads to from `start`."""
        return _closure(self.leads(), start)

    def leavable(self, goal: S) -> frozenset[S]:
        """Every state from which some chain of rules leads to `goal`."""
        back: dict[S, set[S]] = {}
        for state, targets in self.leads().items():
            for target in targets:
                back.setdefault(target, set()).add(state)
        return _closure({s: frozenset(t) for s, t in back.items()}, goal)


def step(table: Table[S, M, C], model: M, event: object) -> Step[M, C]:
    """The next model and commands for `event`. Pure.

    Raises `IllegalEvent` when no rule answers; `model` is a value and stays as it was.
    """
    state: S = model.state
    for rule in table.at(state, type(event)):
        if rule.when is None or rule.when(model, event):
            done = rule.do(model, event)
            if done.model.state != state:
                raise BadTable(f"{_name(rule.do)} changed the state by itself")
            if rule.to is None or rule.to == state:
                return done
            return Step(_moved(done.model, rule.to), done.commands)
    raise IllegalEvent(state, type(event))


def _moved(model: M, to: enum.Enum) -> M:
    moved: M = replace(model, state=to)  # type: ignore[type-var]
    return moved


def _check_guards(state: enum.Enum, event: type[object], rules: list[Rule[S, M, C]]) -> None:
    where = f"{event.__name__} in {state.name}"
    if rules[-1].when is not None:
        raise BadTable(f"{where}: the last rule has a guard, so the event may go unheard")
    if any(rule.when is None for rule in rules[:-1]):
        raise BadTable(f"{where}: a rule without a guard hides those after it")


def _closure(ways: Mapping[S, frozenset[S]], start: S) -> frozenset[S]:
    seen = {start}
    todo = [start]
    while todo:
        for target in ways.get(todo.pop(), frozenset()) - seen:
            seen.add(target)
            todo.append(target)
    return frozenset(seen)


def _name(function: Callable[..., object]) -> str:
    return getattr(function, "__name__", repr(function))


def mermaid(table: Table[S, M, C], start: S, title: str) -> str:
    """The table as a Mermaid state diagram. Same table, same text.

    One arrow a rule: `Event [guard] / action`; rules that stay are listed under the state.
    """
    lines = ["---", f"title: {title}", "---", "stateDiagram-v2", f"    [*] --> {start.name}"]
    for rule in table.rules:
        label = f"{rule.event.__name__}{f' [{_name(rule.when)}]' if rule.when else ''}"
        for state in sorted(rule.at, key=lambda s: s.name):
            to = (rule.to or state).name
            lines.append(f"    {state.name} --> {to}: {label} / {_name(rule.do)}")
    return "\n".join([*lines, ""])
