"""The configuration files of the private cupsd, as texts. No wire, no clock.

Source: cupsd.conf(5) and cups-files.conf(5) of CUPS 2.4; PPD 4.3 with CUPS' extensions
(`cupsFilter2`, `cupsMandatory`, `cupsSNMPSupplies`) as in CUPS' spec-ppd.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class CupsdPlaces:
    """Where the private cupsd keeps what; all below one directory on tmpfs."""

    root: Path

    @property
    def door(self) -> Path:
        """Directory of the socket; only our own user may enter it."""
        return self.root / "door"

    @property
    def socket(self) -> Path:
        """What is connected to."""
        return self.door / "s"

    @property
    def etc(self) -> Path:
        """Configuration, queue and PPD; written anew at every start."""
        return self.root / "etc"

    @property
    def spool(self) -> Path:
        """The only place where a document lies, until the printer has it."""
        return self.root / "spool"

    @property
    def temp(self) -> Path:
        """TMPDIR of filters and backends."""
        return self.root / "tmp"

    @property
    def cache(self) -> Path:
        """CacheDir."""
        return self.root / "cache"

    @property
    def state(self) -> Path:
        """StateDir."""
        return self.root / "state"

    @property
    def error_log(self) -> Path:
        """Warnings and errors of cupsd; survives `contain`, so that one can look."""
        return self.root / "error_log"

    @property
    def page_log(self) -> Path:
        """Title and counts of each job that went through, until `contain`."""
        return self.root / "page_log"

    @property
    def marks(self) -> Path:
        """Which processes belong to it."""
        return self.root / "processes"


PAGE_LOG: Final = "%{job-name} %{job-impressions-completed} %{job-media-sheets-completed}"
"""cupsd.conf(5) PageLogFormat: a random title and two numbers, nothing of a person. One line for
a job, once its filters have ended; sheets are 0 where no filter counted any."""


def sheets_logged(log: str, title: str) -> int:
    """Sheets of the last job of that title in a page log, or -1 where none were counted."""
    lines = (line.split(" ") for line in reversed(log.splitlines()))
    sheets = next((fields[-1] for fields in lines if fields[0] == title), "")
    return int(sheets) if sheets.isdecimal() and int(sheets) else -1


def cupsd_conf(socket: Path, job_s: float) -> str:
    """`cupsd.conf`: one socket, no network, nothing kept, no second try.

    `job_s` is how long a backend may take to hand a job over before cupsd cancels it.
    """
    return f"""\
Listen {socket}
DefaultAuthType None
LogLevel warn
MaxLogSize 256k
PageLogFormat {PAGE_LOG}
Browsing No
BrowseLocalProtocols none
DefaultShared No
WebInterface No
IdleExitTimeout 0
PreserveJobFiles No
PreserveJobHistory No
AutoPurgeJobs Yes
DirtyCleanInterval 60
ErrorPolicy abort-job
JobRetryLimit 1
MaxJobTime {max(1, math.ceil(job_s))}
JobKillDelay 2
MultipleOperationTimeout 30
MaxCopies 1
FilterNice 0
<Policy default>
  JobPrivateAccess all
  JobPrivateValues none
  SubscriptionPrivateAccess all
  SubscriptionPrivateValues none
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
"""


def cups_files_conf(places: CupsdPlaces, filter_user: str, filter_group: str) -> str:
    """`cups-files.conf`: everything below one directory, filters as `filter_user`."""
    return f"""\
ServerRoot {places.etc}
RequestRoot {places.spool}
TempDir {places.temp}
CacheDir {places.cache}
StateDir {places.state}
ErrorLog {places.error_log}
AccessLog
PageLog {places.page_log}
Printcap
FatalErrors config listen
FileDevice No
SyncOnClose No
User {filter_user}
Group {filter_group}
"""


_PPD_HEAD: Final = """\
*PPD-Adobe: "4.3"
*FormatVersion: "4.3"
*FileVersion: "1.0"
*LanguageVersion: English
*LanguageEncoding: ISOLatin1
*PCFileName: "KIOSK.PPD"
*Manufacturer: "Kiosk"
*Product: "(Certificate printer)"
*ModelName: "Kiosk certificate printer"
*ShortNickName: "Kiosk certificate printer"
*NickName: "Kiosk certificate printer"
*PSVersion: "(3010.000) 0"
*LanguageLevel: "3"
*ColorDevice: True
*DefaultColorSpace: RGB
*cupsVersion: 2.4
*cupsLanguages: "en"
*cupsManualCopies: False
*cupsSNMPSupplies: False
*cupsMandatory: "print-scaling"
*DefaultPaperDimension: A4
*PaperDimension A4: "595.275590551181 841.889763779528"
"""

_PDF_FILTER: Final = '*cupsFilter2: "application/pdf application/pdf 0 -"\n'
_RASTER_FILTER: Final = '*cupsFilter2: "image/pwg-raster image/pwg-raster 0 -"\n'

_A4_POINTS: Final = (595.275590551181, 841.889763779528)
_A4_SIZE: Final = "<</PageSize[595.275590551181 841.889763779528]>>setpagedevice"
_DUPLEX: Final = "<</Duplex true/Tumble false>>setpagedevice"
_SRGB: Final = (
    "<</cupsColorSpace 19/cupsBitsPerColor 8/cupsColorOrder 0/cupsCompression 0>>setpagedevice"
)
_PPD_OPTIONS: Final[tuple[tuple[str, dict[str, str]], ...]] = (
    ("PageSize", {"A4": _A4_SIZE}),
    ("PageRegion", {"A4": _A4_SIZE}),
    ("Resolution", {"600dpi": "<</HWResolution[600 600]>>setpagedevice"}),
    ("cupsPrintQuality", {"High": "<</HWResolution[600 600]>>setpagedevice"}),
    ("Duplex", {"DuplexNoTumble": _DUPLEX, "None": "<</Duplex false>>setpagedevice"}),
    ("ColorModel", {"RGB": _SRGB}),
)
"""Options and their choices, the default first."""

SHEET_BACKS: Final = {
    "normal": "Normal",
    "flipped": "Flipped",
    "rotated": "Rotated",
    "manual-tumble": "ManualTumble",
}
"""`pwg-raster-document-sheet-back` (PWG 5102.4) to CUPS' `cupsBackSide`."""


@dataclass(frozen=True, slots=True)
class DeviceLimits:
    """What a queue must know of its printer. The defaults are those of most laser printers."""

    margins: tuple[int, int, int, int] = (423, 423, 423, 423)
    """Left, bottom, right, top that cannot be printed on; hundredths of a millimetre.

    CUPS orders A4 with exactly these margins. Zero would order borderless printing, for
    which a printer may scale the page up.
    """
    sheet_back: str = "normal"
    """`pwg-raster-document-sheet-back`, a key of `SHEET_BACKS`."""


def direct_ppd(limits: DeviceLimits) -> str:
    """A queue that passes PDF through untouched.

    `cupsFilter2` with "-" leaves every filter out, also `pdftopdf`, which rewrites the file;
    `cupsMandatory` makes the ipp backend pass `print-scaling` on, which it otherwise drops;
    without `cupsSNMPSupplies` False the backend asks SNMP for a second after every job.
    """
    return _PPD_HEAD + _PDF_FILTER + _imageable_area(limits) + _ppd_options()


def raster_ppd(limits: DeviceLimits) -> str:
    """A queue that sends 600 dpi sRGB PWG raster."""
    back = f"*cupsBackSide: {SHEET_BACKS[limits.sheet_back]}\n"
    return _PPD_HEAD + _RASTER_FILTER + back + _imageable_area(limits) + _ppd_options()


def _imageable_area(limits: DeviceLimits) -> str:
    left, bottom, right, top = (margin * 72 / 2540 for margin in limits.margins)
    width, height = _A4_POINTS
    area = f"{left:.4f} {bottom:.4f} {width - right:.4f} {height - top:.4f}"
    return f'*DefaultImageableArea: A4\n*ImageableArea A4: "{area}"\n'


def _ppd_options() -> str:
    lines = []
    for name, choices in _PPD_OPTIONS:
        lines += [f"*OpenUI *{name}: PickOne", f"*OrderDependency: 10 AnySetup *{name}"]
        lines += [f"*Default{name}: {next(iter(choices))}"]
        lines += [f'*{name} {choice}: "{code}"' for choice, code in choices.items()]
        lines += [f"*CloseUI: *{name}"]
    return "\n".join(lines) + "\n"


def queue_uri(device_uri: str, contact_s: int) -> str:
    """The device URI with the ipp backend's options: hand over, then go.

    It does not wait for the printer or for the job (`waitprinter`, `waitjob`): what becomes
    of it we ask the printer ourselves, and so the document leaves the spool at once. Without
    an answer for `contact_s` the backend gives up, where by default it tries for a week.
    """
    joint = "&" if "?" in device_uri else "?"
    return f"{device_uri}{joint}waitjob=false&waitprinter=false&contimeout={contact_s}"
