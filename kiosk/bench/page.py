"""The figures as a table on a terminal, and as `docs/benchmarks.md`."""

from collections.abc import Iterable, Mapping

from kiosk.bench.figures import PROMISES, Figure
from kiosk.bench.machine import Machine

_HEAD = ("figure", "promised", "p50", "p95", "n", "beside", "load", "verdict")

_HOW = """
How each is taken. The terminal is the production program, started as a person would start it, on
X11 (Xvfb where there is no display), with pcscd, a coin machine on a pty, a private cupsd before
an IPP printer, and the centre behind mutual TLS, all on this machine. Mechanics take no time; what
pcscd takes to see a card come or go is part of a visit.

- *press → next screen, in a visit*: from the touch's being sent over the glass's socket to the
  word that the next screen was flipped, for the steps of the form on which nobody else is asked.
  It becomes a real SDL finger event; the pressed look is painted on the way.
  *The glass alone*: one process, four full screens, from the finger's leaving the glass.
- *idle*: processor time of all threads from the kernel's scheduler (`/proc/PID/task/*/schedstat`),
  first picture on the glass, nobody there, the devices calm for 45 s before.
- *start*: from the exec of `kiosk run` to the first flip, the font cache filled.
- *card*: what the card itself took is subtracted; OpenSC's figure is a whole process, card
  included, as one would call it from a script. Each command passes four threads of three processes,
  so that on a busy machine p95 is the scheduler's; the thread's own processor time is not.
- *confirm → vault*: from the touch of "confirm" on the check screen to the pay screen: the
  application, the municipality's document, its signature, revocation and content checked in a
  child process, the document in the vault, the journal on disk.
- *coin*: from the coin's passing the slot to the flip that shows the amount; a visit paid in ¥10.
  *coin.line* is the driver alone, at the line's true speed.
- *visit*: from the first touch to the first picture's standing again, certificate, change and
  receipt out. One visit goes before and is not counted, since the centre has just started, too.
- *takeover*, *spare*: the visit that shows the first picture is killed; the time runs to the next
  process's first flip, and to the supervisor's word that a new spare is ready.
- *memory*: `Pss` of `/proc/PID/smaps_rollup`, at rest and while paying.

"median only": half of the samples keep the promise, but not 95 of 100. A load well above the
number of cores says that the machine was busy with something else.
"""


def as_rows(figures: Mapping[str, Figure]) -> Iterable[tuple[str, ...]]:
    """One row a figure, in the order of the promises."""
    for name, promise in PROMISES.items():
        if name in figures:
            figure = figures[name]
            limit = "" if promise.limit is None else f"≤ {promise.limit:g} {promise.unit}"
            yield (
                promise.what, limit, _size(figure.sizes.p50, promise.unit),
                _size(figure.sizes.p95, promise.unit), str(figure.sizes.count),
                _beside(figure, figures), f"{figure.load:.1f}", figure.verdict,
            )  # fmt: skip


def as_text(figures: Mapping[str, Figure]) -> str:
    """For a terminal."""
    rows = [_HEAD, *as_rows(figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join((*lines, ""))


def as_markdown(figures: Mapping[str, Figure], machine: Machine, command: str, day: str) -> str:
    """For the documentation."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`; do not edit.",
        "",
        f"- {day}, commit `{machine.commit}`, `{command}`",
        f"- {machine.processor}, {machine.cores} cores, {machine.memory_gb:.0f} GB;"
        f" {machine.system}, Python {machine.python}",
        "",
        _line(_HEAD),
        _line("---" for _ in _HEAD),
        *(_line(row) for row in as_rows(figures)),
    ]
    return "\n".join(lines) + "\n" + _HOW


def _beside(figure: Figure, figures: Mapping[str, Figure]) -> str:
    """The ratio of the medians to the figure it is set against."""
    other = figures.get(figure.promise.beside)
    if other is None or not other.sizes.p50:
        return ""
    return f"{figure.sizes.p50 / other.sizes.p50:.2f} × {figure.promise.beside}"


def _size(value: float, unit: str) -> str:
    digits = {"%": 3, "MB": 0}.get(unit, 1)
    return f"{value:,.{digits}f} {unit}"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
