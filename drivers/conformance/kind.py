"""What the command line needs to know of a device kind to run its suite."""

import argparse
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from drivers.clock import Clock
from drivers.conformance.bench import Bench
from drivers.conformance.hands import Ask
from drivers.conformance.proof import Specimen
from drivers.conformance.suite import Suite
from drivers.conformance.transcript import Passage

BenchT = TypeVar("BenchT", bound=Bench)


class SetupError(Exception):
    """What was given on the command line cannot be used; the text says what to give instead."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How the suite's pieces are paid for on the command line."""

    option: str
    """E.g. `--budget-yen`."""
    help: str
    worth: Callable[[Mapping[str, Any]], int]
    """What one piece costs in the option's unit, for this set-up."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[BenchT]):
    """A suite, and how its bench is built from options."""

    suite: Suite[BenchT]
    budget: Budget
    add_arguments: Callable[[argparse.ArgumentParser], None]
    setup: Callable[[argparse.Namespace], dict[str, Any]]
    """The options as JSON values: all that is needed to build the same bench again. Raises
    SetupError.
    """
    open: Callable[[Mapping[str, Any], Ask], tuple[BenchT, Clock]]
    """A bench on the set-up. Raises SetupError, DeviceError."""
    replay: Callable[[Mapping[str, Any], tuple[Passage, ...]], tuple[BenchT, Clock]] | None
    """A bench whose far end is a recorded case; None where bytes alone do not make one."""
    specimens: tuple[Specimen[BenchT], ...]
    """Right and wrong devices for the proof."""


def driver_of(
    spec: str, ours: Callable[..., Any], gift: str
) -> tuple[Callable[[Any, Clock, Any], Any], bool]:
    """What builds the driver that `spec` names, ours if it is empty; and whether it takes `gift`.

    A class that has a parameter of that name is given our recorded line or service by it; another
    one finds its own, and its bytes are not seen. Raises SetupError.
    """
    made = load_class(spec) if spec else ours
    takes = gift in inspect.signature(made).parameters

    def build(config: Any, clock: Clock, given: Any) -> Any:
        return made(config, clock, **({gift: given} if takes else {}))

    return build, takes


def load_class(spec: str) -> Callable[..., Any]:
    """The class that `package.module:Class` names. Raises SetupError."""
    from importlib import import_module

    module, _, name = spec.partition(":")
    try:
        found = getattr(import_module(module), name)
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        raise SetupError(f"--driver {spec}: {what}. Give package.module:Class.") from error
    if not callable(found):
        raise SetupError(f"--driver {spec} is not a class.")
    made: Callable[..., Any] = found
    return made
