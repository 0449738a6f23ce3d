"""What the terminal needs of the certificate printer. No wire, no clock.

Two halves that never trust one another: `PrintHandover` gives a document to the spooler
(used by the visit), `PrinterWatch` asks the device itself (used by the supervisor). A
spooler's word is no evidence; sheets are counted at the device, by the job's title there.
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol


class JobState(enum.IntEnum):
    """RFC 8011 5.3.7, plus UNSEEN: the device has no job of that title."""

    UNSEEN = 0
    PENDING = 3
    HELD = 4
    PROCESSING = 5
    STOPPED = 6
    CANCELED = 7
    ABORTED = 8
    COMPLETED = 9


class Tray(enum.StrEnum):
    """The output tray's sensor."""

    EMPTY = "empty"
    SHEETS = "sheets"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """`troubles` are names of `drivers.reasons`; empty and not `busy` means it can print now."""

    troubles: tuple[str, ...]
    warnings: tuple[str, ...]
    jobs: tuple[str, ...]
    """Titles of jobs the device still holds (queued or printing)."""
    tray: Tray
    life_impressions: int = -1
    """The engine's own counter of sides, or -1."""
    machine: str = ""
    """Which printer answers: a short digest that changes with the machine, or ""."""

    @property
    def busy(self) -> bool:
        """True while the device holds a job, whoever sent it."""
        return bool(self.jobs)

    @property
    def obstacles(self) -> tuple[str, ...]:
        """All that forbids a new visit: troubles, a job still held, a sheet still lying."""
        return (
            *self.troubles,
            *(("printer.busy",) if self.busy else ()),
            *(("printer.tray_not_empty",) if self.tray == Tray.SHEETS else ()),
        )


@dataclass(frozen=True, slots=True)
class PrinterCapabilities:
    """As the device answered."""

    duplex: bool
    colour: bool
    a4: bool
    pdf: bool
    """Takes PDF directly (else PWG raster through the filter chain)."""
    cmyk: bool
    """Says that it takes device CMYK (`cmyk_8` of PWG 5102.4) and mixes no inks of its own."""
    maker: str
    device_uri: str
    identity: str
    """What tells this printer from another of its make: its UUID, else its address."""


@dataclass(frozen=True, slots=True)
class JobProgress:
    """What the DEVICE says of the job with that title."""

    title: str
    state: JobState
    impressions: int
    """Sides finished, 0.. ; only ever grows."""
    sheets: int
    """Sheets stacked, or -1 where the device does not say."""
    troubles: tuple[str, ...] = ()

    @property
    def ended(self) -> bool:
        """True once the device will do nothing more for it."""
        return self.state in {JobState.CANCELED, JobState.ABORTED, JobState.COMPLETED}


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterConfig:
    """Section `[printer]` of the configuration."""

    device_uri: str = field(
        metadata={"doc": "ipp:// or ipps:// address of the printer itself; others are refused"}
    )
    queue: str = field(default="certificates", metadata={"doc": "Queue of the private cupsd"})
    direct_pdf: bool = field(
        default=True,
        metadata={"doc": "Hand PDF to the device as it is; false sends 600 dpi PWG raster"},
    )
    runtime_dir: str = field(
        default="/run/kiosk/cups",
        metadata={
            "doc": "Directory on tmpfs for spool, temp, cache and socket of the private cupsd"
        },
    )
    sheet_s: float = field(
        default=60.0,
        metadata={
            "doc": "Longest time between two sheets before the job is cancelled",
            "unit": "s",
            "min": 5.0,
            "max": 600.0,
        },
    )
    tray: str = field(
        default="ipp",
        metadata={
            "doc": "Where the output tray's sensor is read: asked of the printer, on a serial "
            "port of its own, on two lines of a GPIO chip, or nowhere",
            "choices": ("ipp", "serial", "gpio", "none"),
        },
    )
    tray_port: str = field(
        default="",
        metadata={
            "doc": "Serial port of the tray's sensor, where `tray` is \"serial\"; the chip's "
            'device, where it is "gpio"'
        },
    )
    tray_lines: tuple[str, ...] = field(
        default_factory=tuple,
        metadata={
            "doc": 'Where `tray` is "gpio": the line that is active while sheets lie there, and '
            "the line that is active while none do; names, or numbers as text"
        },
    )
    tray_active_low: bool = field(
        default=False,
        metadata={
            "doc": "GPIO: a line is active while it is low (outputs with an open collector); "
            "both are then pulled up, else down"
        },
    )

    def disagreements(self) -> Iterator[str]:
        """What is good by itself and cannot be together, one sentence each."""
        if self.tray in {"serial", "gpio"} and not self.tray_port:
            yield f'printer.tray_port must name a device where printer.tray is "{self.tray}".'
        if self.tray == "gpio" and len(set(self.tray_lines)) != len(("sheets", "empty")):
            yield 'printer.tray_lines must name two lines where printer.tray is "gpio".'


class PrintHandover(Protocol):
    """Gives documents to the spooler; used in the visit's process only."""

    def submit(self, title: str, pdf: bytes) -> None:
        """Stream one document as one job: A4, two-sided-long-edge, colour, no scaling.

        `title` is random and is how the device's job is found again. No file is written by
        us. Returns when the spooler has all bytes. Raises DeviceError `printer.spooler`,
        after which the job may or may not exist: only `PrinterWatch` knows. NOT idempotent.
        """
        ...


class TraySensor(Protocol):
    """Sees whether paper lies in the output tray; used in the supervisor.

    A sensor that cannot be asked is an error and never "empty": a cut wire must not look like
    a tray that somebody emptied.
    """

    def look(self) -> Tray:
        """SHEETS or EMPTY as it is now; UNKNOWN where there is nothing that could see it.

        Sheets that lay there for a moment between two looks may be reported by the next one.
        Limit 1 s. Idempotent. Raises DeviceError `printer.offline`, `printer.tray_sensor`.
        """
        ...

    def close(self) -> None:
        """Let go of its line; the next look opens it again. Idempotent, never raises."""
        ...


class PrinterWatch(Protocol):
    """Asks the device itself over IPP; used in the supervisor."""

    def capabilities(self) -> PrinterCapabilities:
        """Raises DeviceError `printer.offline`. Limit 3 s. Idempotent."""
        ...

    def status(self) -> PrinterStatus:
        """Never raises (`printer.offline` shows in `troubles`). Limit 3 s. Idempotent."""
        ...

    def follow(self, title: str) -> JobProgress:
        """The device's own count for that job. Raises DeviceError `printer.offline`."""
        ...

    def look_at_tray(self) -> Tray:
        """As `TraySensor.look`, by whichever sensor the terminal has; UNKNOWN without any."""
        ...

    def cancel(self, title: str) -> bool:
        """Ask the device to cancel every job of that title; whether it took the order.

        True as well where it holds no such job, or one that has ended or is being ended
        already. False where it refused or could not be asked: the job may still be printed, and
        whoever wants it gone asks again. Follow with `follow` either way: a sheet that was moving
        may still come out. Limit 3 s. Idempotent; never raises.
        """
        ...

    def cancel_all(self) -> bool:
        """Ask the device to cancel whatever it holds; True and False as in `cancel`. Idempotent;
        never raises."""
        ...


class Spooler(Protocol):
    """The private, contained cupsd; used in the supervisor."""

    def start(self) -> None:
        """Kill what is left, wipe the spool, start cupsd with the one queue, wait until it
        answers. Raises DeviceError `printer.spooler`. Idempotent."""
        ...

    def alive(self) -> bool:
        """False when cupsd ended unexpectedly."""
        ...

    def contain(self) -> None:
        """Kill cupsd and every child of it and wipe the spool. Idempotent; never raises."""
        ...

    def sheets_made(self, title: str) -> int:
        """Sheets the spooler made of that document, or -1: it did not count, or forgot.

        Known once its filters have ended. A witness, never evidence. Idempotent; never raises.
        """
        ...

    def documents_held(self) -> int:
        """How many documents lie in the spool. Idempotent; never raises."""
        ...

    @property
    def server(self) -> str:
        """What `PrintHandover` connects to: the path of cupsd's socket."""
        ...
