"""Engines that are wrong on purpose, each in one thing, as a maker's firmware might have it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageOps

from drivers.printer.contract import JobState
from drivers.printer.tables import A4, DONE_WELL
from drivers.printer.virtual_engine import Engine, Job, PrinterNews
from drivers.printer.virtual_paper import Pair
from drivers.printer.virtual_sheets import Side, sides_of


class CompletesNothing(Engine):
    """Counts sheets that never come out."""

    def _stack(self, job: Job, pair: Pair) -> None:  # noqa: ARG002 - that is the fault
        with self.touching() as path:
            path.moving = False
            job.sheets += 1


class OneSided(Engine):
    """Ignores the order to print both sides: twice the sheets."""

    def _pairs(self, job: Job, sides: Sequence[Side]) -> list[Pair]:  # noqa: ARG002 - the fault
        return [(side, None) for side in sides]


class SwapsBacks(Engine):
    """Puts each back on the next sheet."""

    def _pairs(self, job: Job, sides: Sequence[Side]) -> list[Pair]:
        pairs = super()._pairs(job, sides)
        backs = [back for _, back in pairs]
        return [
            (front, back) for (front, _), back in zip(pairs, backs[1:] + backs[:1], strict=True)
        ]


class RepeatsTheFirst(Engine):
    """Prints the first sheet as often as there are sheets."""

    def _pairs(self, job: Job, sides: Sequence[Side]) -> list[Pair]:
        pairs = super()._pairs(job, sides)
        return pairs[:1] * len(pairs)


class ForgetsBacks(Engine):
    """Counts two sides and prints one."""

    def _stack(self, job: Job, pair: Pair) -> None:
        super()._stack(job, (pair[0], None))


class CountsSidesAsSheets(Engine):
    """Its sheet counter counts sides."""

    def _stack(self, job: Job, pair: Pair) -> None:
        super()._stack(job, pair)
        with self.touching():
            job.sheets += 1


class CountsSheetsAsSides(Engine):
    """Its impression counter counts sheets."""

    def _mark(self, job: Job, *, counts: bool, may_jam: bool) -> bool:
        return super()._mark(job, counts=counts and may_jam, may_jam=may_jam)


class CountsEarly(Engine):
    """Counts a sheet while it is still inside."""

    def _pull_in(self, job: Job) -> None:
        super()._pull_in(job)
        with self.touching():
            job.sheets += 1

    def _stack(self, job: Job, pair: Pair) -> None:
        self._travel(job, 0.3)
        super()._stack(job, pair)
        with self.touching():
            job.sheets -= 1


class EngineStands(Engine):
    """The engine's own counter does not move."""

    def _mark(self, job: Job, *, counts: bool, may_jam: bool) -> bool:
        stuck = super()._mark(job, counts=counts, may_jam=may_jam)
        with self.touching() as path:
            path.life_impressions -= 1
        return stuck


class EngineCountsSheets(Engine):
    """The engine's own counter counts sheets."""

    def _mark(self, job: Job, *, counts: bool, may_jam: bool) -> bool:
        stuck = super()._mark(job, counts=counts, may_jam=may_jam)
        with self.touching() as path:
            path.life_impressions -= not may_jam
        return stuck


class CountsJammed(Engine):
    """Prints a jammed sheet again, and counts it twice."""

    def _recover(self, job: Job, pair: Pair, wait_s: float) -> object:  # type: ignore[override]  # the result's type has no public name
        with self.touching():
            job.sheets += 1
        return super()._recover(job, pair, wait_s)


class LeavesJammedOut(Engine):
    """Loses a jammed sheet, and calls the job completed successfully."""

    def _conclude(self, job: Job, state: JobState, *reasons: str) -> None:
        if state is JobState.COMPLETED:
            with self.touching():
                job.sheets += job.damaged
            reasons = (DONE_WELL,)
        super()._conclude(job, state, *reasons)


class IgnoresCancel(Engine):
    """Says yes to a cancel, and prints on."""

    def cancel(self, number: int) -> bool:
        return self.job(number) is not None


class CancelForgets(Engine):
    """Takes a cancelled job off its list, and prints it all the same once it can."""

    def cancel(self, number: int) -> bool:
        job = self.job(number)
        if job is None or job.ended:
            return False
        with self.touching():
            ghost = Job(job.title, job.user, job.two_sided, job.created_s, number=number,
                        mime_type=job.mime_type, document=job.document)  # fmt: skip
        done = super().cancel(number)
        with self.touching(PrinterNews("job", ghost.title)):
            self._jobs.append(ghost)
        return done


class SurvivesPower(Engine):
    """Keeps its jobs over a loss of power, and prints them when it is back."""

    def forget(self) -> None:
        with self.touching(PrinterNews("power")) as path:
            path.lose_power()


class PaperOutIsDone(Engine):
    """Ends a job that ran out of paper as completed."""

    def _await_clear(self, job: Job) -> bool:
        with self.looking() as path:
            empty = path.paper <= 0
        if empty and job.sheets:
            self._conclude(job, JobState.COMPLETED, DONE_WELL)
            return False
        return super()._await_clear(job)


class StartsAnew(Engine):
    """After paper is loaded it begins the job again with its first sheet."""

    def _await_clear(self, job: Job) -> bool:
        with self.looking() as path:
            again = path.paper <= 0 and job.sheets == 1 and not job.damaged
        clear = super()._await_clear(job)
        if clear and again:
            job.damaged = True
            first = sides_of(job.document or b"", job.mime_type, colour=True)
            self._pull_in(job)
            self._stack(job, (first[0], first[1]))
        return clear


class AnyPaper(Engine):
    """Prints on whatever paper is in the tray."""

    def _await_clear(self, job: Job) -> bool:
        with self.touching() as path:
            media, path.media = path.media, A4
        clear = super()._await_clear(job)
        with self.touching() as path:
            path.media = media
        return clear


class AnythingIsDone(Engine):
    """Calls a document that it cannot read completed."""

    def _conclude(self, job: Job, state: JobState, *reasons: str) -> None:
        if "document-format-error" in reasons:
            state, reasons = JobState.COMPLETED, (DONE_WELL,)
        super()._conclude(job, state, *reasons)


# --- what it does to the picture --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Altered:
    """A side whose picture is another."""

    side: Side
    change: Callable[[Image.Image], Image.Image]

    def pdf(self) -> bytes:
        return self.side.pdf()

    def image(self, dpi: int = 100) -> Image.Image:
        return self.change(self.side.image(dpi))


def turned(picture: Image.Image) -> Image.Image:
    """Upside down."""
    return picture.rotate(180)


def greyed(picture: Image.Image) -> Image.Image:
    """Without its colours."""
    return picture.convert("L").convert("RGB")


def mirrored(picture: Image.Image) -> Image.Image:
    """As in a mirror."""
    return ImageOps.mirror(picture)


def fitted(picture: Image.Image) -> Image.Image:
    """Scaled to what a printer can reach: 1/6 inch from each edge."""
    small = picture.resize((picture.width * 96 // 100, picture.height * 96 // 100))
    page = Image.new(picture.mode, picture.size, "white")
    page.paste(small, (picture.width * 2 // 100, picture.height * 2 // 100))
    return page


def altering(alter: Callable[[Side, Side | None], Pair]) -> type[Engine]:
    """An engine that puts other sides on the sheet."""

    class Altering(Engine):
        def _stack(self, job: Job, pair: Pair) -> None:
            super()._stack(job, alter(*pair))

    return Altering


def on_back(change: Callable[[Image.Image], Image.Image]) -> type[Engine]:
    """An engine that changes the picture of every back."""
    return altering(lambda front, back: (front, back and _Altered(back, change)))


def on_both(change: Callable[[Image.Image], Image.Image]) -> type[Engine]:
    """An engine that changes every picture."""
    return altering(lambda front, back: (_Altered(front, change), back and _Altered(back, change)))
