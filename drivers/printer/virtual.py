"""`VirtualPrinter`: an IPP printer on loopback, with hands to feed, jam and empty it.

It sits at the far end of the wire, behind the real cupsd, and keeps its own truth of every
sheet: what lies in the tray can be looked at as PDF and as a picture.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from drivers.clock import Clock, SystemClock
from drivers.printer.tables import A4
from drivers.printer.virtual_engine import Engine, Job, Machine, PrinterNews
from drivers.printer.virtual_http import IppListener
from drivers.printer.virtual_service import PrinterService
from drivers.printer.virtual_sheets import Sheet


@dataclass(frozen=True, slots=True)
class Build:
    """What moves the paper, and what answers on the network."""

    engine: Callable[[Machine], Engine] = Engine
    service: Callable[[Engine, str, Clock], PrinterService] = PrinterService


class VirtualPrinter:
    """Start it, give `device_uri` to the queue and to the watch, and use its hands."""

    def __init__(
        self,
        machine: Machine | None = None,
        clock: Clock | None = None,
        build: Build = Build(),
    ) -> None:
        """`build`: other works in the same case, for printers that are wrong on purpose."""
        self._engine = build.engine(machine or Machine())
        self._listener = IppListener(self)
        self.device_uri = f"ipp://127.0.0.1:{self._listener.port}/ipp/print"
        self._service = build.service(self._engine, self.device_uri, clock or SystemClock())
        self.answer = self._service.answer
        self.broken_off = self._service.broken_off

    def start(self) -> None:
        """Switch on."""
        self._engine.start()
        self._listener.listen()

    def stop(self) -> None:
        """Switch off for good. Idempotent."""
        self._listener.close()
        self._engine.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def observe(self, observer: Callable[[PrinterNews], None]) -> None:
        """Tell `observer` of all that happens, from other threads."""
        self._engine.observe(observer)

    def wait_until(self, holds: Callable[[], bool], limit_s: float = 10.0) -> bool:
        """Block until `holds()`, asked again at every change. False after `limit_s`."""
        return self._engine.wait_until(holds, limit_s)

    # --- what a bystander sees -----------------------------------------------------------

    @property
    def tray(self) -> tuple[Sheet, ...]:
        """Sheets in the output tray, oldest first."""
        with self._engine.looking() as path:
            return tuple(path.tray)

    @property
    def delivered(self) -> tuple[Sheet, ...]:
        """Every sheet that ever came out, taken or not."""
        with self._engine.looking() as path:
            return tuple(path.delivered)

    @property
    def destroyed(self) -> int:
        """Sheets lost in jams."""
        with self._engine.looking() as path:
            return path.destroyed

    @property
    def paper(self) -> int:
        """Sheets in the input tray."""
        with self._engine.looking() as path:
            return path.paper

    @property
    def jam_awaits(self) -> bool:
        """True while a sheet to come is to jam."""
        with self._engine.looking() as path:
            return path.until_jam is not None

    @property
    def troubles(self) -> tuple[str, ...]:
        """What stops it now, as IPP keywords."""
        return self._engine.reasons_blocking()

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Every job it remembers, oldest first."""
        return self._engine.jobs()

    # --- hands ---------------------------------------------------------------------------

    def take_paper(self) -> tuple[Sheet, ...]:
        """Take all sheets out of the output tray."""
        with self._engine.touching(PrinterNews("taken")) as path:
            return path.take()

    def load_paper(self, sheets: int, media: str = A4) -> None:
        """Fill the input tray; 0 sheets empty it, another `media` puts the wrong paper in."""
        with self._engine.touching(PrinterNews("goes_on" if sheets else "stopped")) as path:
            path.paper, path.media = sheets, media

    def jam(self, after_sheets: int | None = 0) -> None:
        """The sheet after the next `after_sheets` jams half-way and is destroyed; None: none."""
        with self._engine.touching() as path:
            path.until_jam = after_sheets

    def lead_astray(self, sheets: int = 1) -> None:
        """The next sheets slip behind the tray: the printer counts them, nobody has them."""
        with self._engine.touching() as path:
            path.astray = sheets

    def clear_jam(self) -> None:
        """Take the jammed sheet out."""
        self._set("media-jam", present=False)

    def open_cover(self) -> None:
        """Open the front cover."""
        self._set("cover-open", present=True)

    def close_cover(self) -> None:
        """Close the front cover."""
        self._set("cover-open", present=False)

    def empty_toner(self) -> None:
        """Use up the toner."""
        self._set("toner-empty", present=True)

    def replace_toner(self) -> None:
        """Put a new cartridge in."""
        self._set("toner-empty", present=False)

    def pause(self) -> None:
        """Press the printer's pause key."""
        self._set("paused", present=True)

    def resume(self) -> None:
        """Press the pause key again."""
        self._set("paused", present=False)

    def abort(self, after_sheets: int = 0) -> None:
        """The printer gives the job up after the next `after_sheets` sheets."""
        with self._engine.touching() as path:
            path.until_abort = after_sheets

    def set_offline(self, *, offline: bool) -> None:
        """Pull its network cable, or put it back; it prints on what it has."""
        (self._listener.vanish if offline else self._listener.listen)()

    def set_silent(self, *, silent: bool) -> None:
        """Take requests without answering, as a hung controller does."""
        self._listener.hang(silent=silent)

    def set_choked(self, after_bytes: int | None) -> None:
        """Stop reading requests after so many bytes, as on a dying network; None reads on."""
        self._listener.choke(after_bytes)

    def await_choking(self, limit_s: float = 10.0) -> bool:
        """Block until a request is stuck half-way. False after `limit_s`."""
        return self._listener.await_choking(limit_s)

    def set_busy(self, *, busy: bool) -> None:
        """Refuse every new job with server-error-busy."""
        self._service.busy = busy

    def set_refusing(self, *, refusing: bool) -> None:
        """Refuse every document as broken."""
        self._service.refuses_documents = refusing

    def lose_power(self) -> None:
        """Off: jobs and history are forgotten; a sheet on its way is stuck inside."""
        self._listener.vanish()
        self._engine.forget()

    def restore_power(self) -> None:
        """On again."""
        self._listener.listen()

    def _set(self, condition: str, *, present: bool) -> None:
        with self._engine.touching(PrinterNews("stopped" if present else "goes_on")) as path:
            (path.conditions.add if present else path.conditions.discard)(condition)
