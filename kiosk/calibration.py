"""For which engine the centre composes its marks: asked of the printer, never guessed.

`center.calibration` of the configuration holds what somebody chose on the calibration sheet, and
for which printer. Before each visit the printer is asked who it is and whether it takes CMYK as
it is: a choice made for another printer no longer counts.
"""

from center.wire.calibration import UNCALIBRATED, Calibration, printer_mark, read_calibration
from drivers.clock import Clock
from drivers.errors import DeviceError
from drivers.printer.contract import PrinterCapabilities
from kiosk.config import Config

_NOBODY = Calibration().printer


def ask(config: Config, clock: Clock) -> str:
    """The calibration id for a visit, "" when the printer does not answer. Limit 3 s."""
    from drivers.printer.ipp import IppPrinterWatch

    try:
        able = IppPrinterWatch(config.printer, clock).capabilities()
    except DeviceError:
        return ""
    return str(calibration(config, able))


def calibration(config: Config, able: PrinterCapabilities) -> Calibration:
    """What the chosen calibration is worth for the printer that is there."""
    chosen = read_calibration(config.center.calibration)
    mark = printer_mark(able.identity)
    return Calibration(
        choice=chosen.choice if chosen.printer == mark else UNCALIBRATED,
        cmyk=config.printer.direct_pdf and able.pdf and able.cmyk,
        printer=mark,
    )


def sentences(config: Config, able: PrinterCapabilities) -> tuple[str, ...]:
    """The same for a person: which marks are in use, and what is to be done."""
    chosen, now = read_calibration(config.center.calibration), calibration(config, able)
    if now.choice:
        tint = f"pantograph: choice {now.choice} of the calibration sheet"
    elif chosen.printer not in {now.printer, _NOBODY}:
        tint = "pantograph: not calibrated, the choice was made for another printer"
    else:
        tint = "pantograph: not calibrated, the word may show on originals"
    latent = (
        "latent mark: infra-red pair (the printer takes CMYK as it is)"
        if now.cmyk
        else "latent mark: line screen, which alone proves no original (the printer does not say "
        "that it takes CMYK as it is, or gets raster)"
    )
    if now.choice:
        return tint, latent
    return tint, how_to_choose(config, able), latent


def how_to_choose(config: Config, able: PrinterCapabilities) -> str:
    """What to do to calibrate the printer that is there, and what to write."""
    now = calibration(config, able)
    line = str(Calibration(1, now.cmyk, now.printer)).replace("1.1.", "1.N.", 1)
    return (
        "to calibrate: print the sheet of `kiosk-center calibrate` with `kiosk calibrate`, choose "
        f'N (1 to 5), set center.calibration = "{line}"'
    )
