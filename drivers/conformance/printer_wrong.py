"""Printers that are wrong on purpose, each in one thing, and right ones of several builds.

A wrong printer is the virtual one with one method changed.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from drivers.conformance import printer_wrong_engines as engines
from drivers.conformance.printer_page import trial_sheets
from drivers.printer.ipp_attributes import flag, integers, keywords, strings
from drivers.printer.ipp_codec import Attribute, Group, Message
from drivers.printer.tables import (
    PDF,
    SHEET_SENSOR,
    Operation,
    ReprintOperation,
    Tag,
)
from drivers.printer.virtual import Build
from drivers.printer.virtual_engine import Engine, Job, Machine
from drivers.printer.virtual_service import PrinterService

_BRISK: Final = Machine(first_sheet_s=0.06, sheet_s=0.06)

BUILDS: Final = (
    ("ours", "The virtual printer with a tray sensor and both job counters.", _BRISK),
    (
        "other build",
        "No sheet count, no Create-Job, the tray's room by PWG 5100.13, prints jammed sheets "
        "again, tells troubles only while a job is there.",
        replace(_BRISK, counts_sheets=False, creates_jobs=False, tray_sensor="standard",
                reprints_jammed=True, quiet_when_idle=True),
    ),
)  # fmt: skip
"""Name, what it is, machine."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A printer that is wrong in one thing, and the case that must fail it."""

    name: str
    what: str
    killers: tuple[str, ...]
    build: Build
    machine: Machine = _BRISK


# --- what it says wrong -----------------------------------------------------------------------


def saying(alter: Callable[[tuple[Attribute, ...], Engine], Iterable[Attribute]]) -> Build:
    """A printer that says something else of itself than is true."""

    class Saying(PrinterService):
        def _get_printer_attributes(self, asked: Message) -> Iterable[Group]:
            (told,) = super()._get_printer_attributes(asked)
            return [Group(told.tag, tuple(alter(told.attributes, self._engine)))]

    return Build(service=Saying)


def _instead(attributes: tuple[Attribute, ...], *others: Attribute) -> Iterable[Attribute]:
    """`others` where an attribute of that name was to be said."""
    named = {other.name: other for other in others}
    return (named.get(attribute.name, attribute) for attribute in attributes)


class TitleLost(PrinterService):
    """Names every job after itself."""

    def _described(self, job: Job, wanted: frozenset[str]) -> Group:
        told = super()._described(job, wanted)
        other = strings(Tag.NAME, "job-name", f"Remote document {job.number}")
        return Group(told.tag, tuple(_instead(told.attributes, other)))


class PrintsHalf(PrinterService):
    """Prints as far as it can what broke off."""

    def broken_off(self, asked: Message) -> None:  # noqa: ARG002 - that is the fault
        half = Job("half", "kiosk", two_sided=True, created_s=1)
        self._engine.give_document(self._engine.create_job(half), trial_sheets(1), PDF)


class Keeps(PrinterService):
    """Keeps each document, and prints it again for whoever asks."""

    kept: bytes = b""

    def _receive(self, job: Job, document: bytes, mime_type: str) -> None:
        type(self).kept = document
        super()._receive(job, document, mime_type)

    def answer(self, asked: Message) -> Message:
        if asked.code != ReprintOperation.RESTART_JOB:
            return super().answer(asked)
        again = Job("restarted", "kiosk", two_sided=True, created_s=1)
        self._engine.give_document(self._engine.create_job(again), self.kept, PDF)
        return super().answer(replace(asked, code=Operation.GET_PRINTER_ATTRIBUTES))


class AnswersAnything(PrinterService):
    """Says "successful" to operations it has never heard of."""

    def answer(self, asked: Message) -> Message:
        told = super().answer(asked)
        return replace(told, code=0) if asked.code not in set(Operation) else told


def _stale() -> Build:
    """Reasons are only ever added."""
    ever: dict[str, None] = {}

    def alter(attributes: tuple[Attribute, ...], engine: Engine) -> Iterable[Attribute]:
        ever.update(dict.fromkeys(engine.reasons_blocking()))
        words = [f"{word}-error" for word in ever] or ["none"]
        return _instead(attributes, keywords("printer-state-reasons", *words))

    return saying(alter)


def _new_name_each_time() -> Build:
    asked = iter(range(1_000_000))

    def alter(attributes: tuple[Attribute, ...], _engine: Engine) -> Iterable[Attribute]:
        name = f"urn:uuid:6f1a2a8e-6d39-4d5e-9d05-{next(asked):012}"
        return _instead(attributes, strings(Tag.URI, "printer-uuid", name))

    return saying(alter)


def _counts_asking() -> Build:
    """Its counter goes on with every question."""
    asked = iter(range(1_000_000))

    def alter(attributes: tuple[Attribute, ...], _engine: Engine) -> Iterable[Attribute]:
        return _instead(attributes, integers("printer-impressions-completed", next(asked)))

    return saying(alter)


def _sensor(*, lies: bool) -> Build:
    return saying(lambda told, _engine: _instead(told, flag(SHEET_SENSOR, value=lies)))


def _never_says_why() -> Build:
    return saying(
        lambda told, _engine: _instead(told, keywords("printer-state-reasons", "other-report"))
    )


WRONG: Final = (
    Wrong("completes nothing", "Says completed, and the tray is empty.",
          ("printer.count.one", "printer.count.in_hand"), Build(engine=engines.CompletesNothing)),
    Wrong("one-sided", "Ignores the order to print both sides.",
          ("printer.count.one", "printer.sheet.both_sides"), Build(engine=engines.OneSided)),
    Wrong("forgets backs", "Counts two sides and prints one.",
          ("printer.sheet.both_sides",), Build(engine=engines.ForgetsBacks)),
    Wrong("short edge", "Turns the sheet over its short edge.",
          ("printer.sheet.long_edge",), Build(engine=engines.on_back(engines.turned))),
    Wrong("pages swapped", "Puts the even page in front.", ("printer.sheet.order",),
          Build(engine=engines.altering(lambda front, back: (back or front, front)))),
    Wrong("backs astray", "Puts each back on the next sheet.", ("printer.sheet.order",),
          Build(engine=engines.SwapsBacks)),
    Wrong("first again", "Prints the first sheet in place of the others.",
          ("printer.sheet.order",), Build(engine=engines.RepeatsTheFirst)),
    Wrong("mirrored", "Prints every page as in a mirror.", ("printer.sheet.order",),
          Build(engine=engines.on_both(engines.mirrored))),
    Wrong("grey backs", "Prints colour as grey.", ("printer.sheet.colour",),
          Build(engine=engines.on_back(engines.greyed))),
    Wrong("fitted", "Scales every page to the area it can print.", ("printer.sheet.true_size",),
          Build(engine=engines.on_both(engines.fitted))),
    Wrong("sides as sheets", "Its sheet counter counts sides.", ("printer.count.one",),
          Build(engine=engines.CountsSidesAsSheets)),
    Wrong("sheets as sides", "Its impression counter counts sheets.", ("printer.count.one",),
          Build(engine=engines.CountsSheetsAsSides)),
    Wrong("counts early", "Counts a sheet that is still inside.", ("printer.count.not_before",),
          Build(engine=engines.CountsEarly)),
    Wrong("engine stands", "The engine's counter never moves.", ("printer.count.one",),
          Build(engine=engines.EngineStands)),
    Wrong("engine counts sheets", "The engine's counter counts sheets.", ("printer.count.one",),
          Build(engine=engines.EngineCountsSheets)),
    Wrong("counter runs", "The engine's counter goes on at rest.", ("printer.says.counter",),
          _counts_asking()),
    Wrong("sensor sees nothing", "The tray's sensor always says empty.", ("printer.count.one",),
          _sensor(lies=False)),
    Wrong("sensor sees ghosts", "The tray's sensor always says sheets.",
          ("printer.says.at_rest",), _sensor(lies=True)),
    Wrong("another each time", "Its identity changes.", ("printer.says.identity",),
          _new_name_each_time()),
    Wrong("title lost", "Names jobs after itself.", ("printer.count.title",),
          Build(service=TitleLost)),
    Wrong("cancel ignored", "Says yes to a cancel and prints on.", ("printer.fault.cancel",),
          Build(engine=engines.IgnoresCancel)),
    Wrong("cancel forgets", "Calls a job cancelled and prints it later.",
          ("printer.fault.cancel_all",), Build(engine=engines.CancelForgets)),
    Wrong("jam counted twice", "Prints a jammed sheet again and counts it twice.",
          ("printer.fault.jam",), Build(engine=engines.CountsJammed),
          replace(_BRISK, reprints_jammed=True)),
    Wrong("jam left out", "Loses a jammed sheet and calls the job completed.",
          ("printer.fault.jam",), Build(engine=engines.LeavesJammedOut)),
    Wrong("stale reasons", "Never takes a reason back.", ("printer.fault.cover",), _stale()),
    Wrong("never says why", "Stops without a reason.", ("printer.fault.paper_out",),
          _never_says_why()),
    Wrong("out is done", "Ends a job that ran out of paper as completed.",
          ("printer.fault.paper_out",), Build(engine=engines.PaperOutIsDone)),
    Wrong("starts anew", "Begins a job anew after paper was loaded.",
          ("printer.fault.paper_out",), Build(engine=engines.StartsAnew)),
    Wrong("any paper", "Prints on A5 without a word.", ("printer.fault.wrong_media",),
          Build(engine=engines.AnyPaper)),
    Wrong("survives power", "Prints yesterday's job when the power comes back.",
          ("printer.fault.power",), Build(engine=engines.SurvivesPower)),
    Wrong("prints half", "Prints what it has of a broken-off document.",
          ("printer.fault.half_document",), Build(service=PrintsHalf)),
    Wrong("anything is done", "Calls an unreadable document completed.",
          ("printer.fault.no_document",), Build(engine=engines.AnythingIsDone)),
    Wrong("keeps documents", "Prints an ended job again for whoever asks.",
          ("printer.sheet.not_again",), Build(service=Keeps)),
    Wrong("answers anything", "Says yes to operations it does not know.",
          ("printer.says.refuses_nonsense",), Build(service=AnswersAnything)),
)  # fmt: skip
