"""The private cupsd: private, contained, and clear about what it cannot do."""

import multiprocessing
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.clock import SystemClock
from drivers.errors import DeviceError
from drivers.printer import spooler as spooler_module
from drivers.printer.contract import PrinterConfig
from drivers.printer.cups import CupsHandover
from drivers.printer.cupsd_files import DeviceLimits, direct_ppd, queue_uri, raster_ppd
from drivers.printer.ipp import IppPrinterWatch
from drivers.printer.spooler import PrivateCupsd
from drivers.printer.virtual import VirtualPrinter
from tests.drivers.printer.bench import LIMIT_S, Bench, eventually
from tests.drivers.printer.conftest import OpenBench
from tests.drivers.printer.documents import certificate_pdf

pytestmark = pytest.mark.daemon


@pytest.fixture
def directory() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="k"))
    yield made
    shutil.rmtree(made)


def config(directory: Path, uri: str = "ipp://127.0.0.1:1/", queue: str = "q") -> PrinterConfig:
    return PrinterConfig(device_uri=uri, runtime_dir=str(directory), queue=queue)


@pytest.mark.parametrize("uri", ["socket://127.0.0.1:9100", "usb://Maker/Model", "dnssd://x/"])
def test_a_queue_whose_sheets_cannot_be_counted_is_refused(directory: Path, uri: str) -> None:
    with pytest.raises(DeviceError, match=r"printer\.not_ipp"):
        PrivateCupsd(config(directory, uri))


def test_a_path_too_long_for_a_socket(directory: Path) -> None:
    deep = directory / ("x" * 100)
    with pytest.raises(DeviceError, match="too long for a socket"):
        PrivateCupsd(config(deep)).start()
    with pytest.raises(DeviceError, match="shorten"):
        CupsHandover(str(deep / "door" / "s"), "q")
    assert not deep.exists()


def test_a_directory_filters_cannot_enter(directory: Path) -> None:
    if os.geteuid() != 0:
        pytest.fail("run as root: only then do filters have another user")
    spooler = PrivateCupsd(config(directory / "inside"))
    with pytest.raises(DeviceError, match=rf"cannot enter {directory}"):
        spooler.start()
    assert not spooler.alive()


def test_a_queue_name_cups_refuses(directory: Path) -> None:
    spooler = PrivateCupsd(config(directory, queue="a queue"))
    with pytest.raises(DeviceError, match="queue cannot be made"):
        spooler.start()
    assert not spooler.alive()


def test_a_runtime_directory_that_cannot_be_made(directory: Path) -> None:
    (directory / "file").write_text("")
    with pytest.raises(DeviceError, match="Not a directory"):
        PrivateCupsd(config(directory / "file" / "cups")).start()


def test_a_machine_without_cups(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for tool in ("setpriv", "unshare"):
        found = shutil.which(tool)
        assert found is not None
        (directory / tool).symlink_to(found)
    directory.chmod(0o755)
    monkeypatch.setattr(spooler_module, "_PATH", str(directory))
    with pytest.raises(DeviceError, match="cups-daemon"):
        PrivateCupsd(config(directory)).start()


def test_a_cupsd_that_ends_at_once(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = f"ErrorLog {directory}/error_log\nServerRoot /nowhere\nFatalErrors all\n"
    monkeypatch.setattr(spooler_module, "cups_files_conf", lambda *_: broken)
    with pytest.raises(DeviceError, match="error_log"):
        PrivateCupsd(config(directory)).start()
    assert "/nowhere" in (directory / "error_log").read_text()


def test_a_raster_queue_needs_the_printer(directory: Path, printer: VirtualPrinter) -> None:
    printer.set_offline(offline=True)
    raster = PrinterConfig(
        device_uri=printer.device_uri, runtime_dir=str(directory), direct_pdf=False
    )
    with pytest.raises(DeviceError, match=r"printer\.offline"):
        PrivateCupsd(raster).start()


def test_a_pdf_queue_starts_with_the_printer_off(open_bench: OpenBench) -> None:
    bench = open_bench()
    bench.printer.set_offline(offline=True)
    bench.spooler.start()
    assert bench.spooler.alive()
    bench.printer.set_offline(offline=False)
    bench.submit("later")
    assert bench.await_ended("later").sheets == 1


def test_start_again_is_a_fresh_start(bench: Bench) -> None:
    first = bench.spooler.pid
    bench.spooler.start()
    assert bench.spooler.alive()
    assert bench.spooler.pid != first
    bench.submit("fresh")
    assert bench.await_ended("fresh").sheets == 1


def test_contain_leaves_no_process_and_no_spool(bench: Bench) -> None:
    bench.printer.set_busy(busy=True)
    bench.submit("kept back")
    assert bench.remains() != []
    bench.spooler.contain()
    assert not bench.spooler.alive()
    assert bench.remains() == []
    left = {path.name for path in bench.directory.iterdir()}
    assert left <= {"etc", "error_log", "processes"}
    bench.spooler.contain()


def test_a_second_spooler_ends_the_first_ones_leftovers(bench: Bench) -> None:
    """What a killed terminal left is ended by the next one in the same directory."""
    bench.printer.set_busy(busy=True)
    bench.submit("left over")
    second = PrivateCupsd(bench.config)
    second.start()
    assert not bench.spooler.alive()
    assert second.alive()
    assert bench.remains() == []
    second.contain()


def test_only_our_user_reaches_the_socket(bench: Bench) -> None:
    door = Path(bench.spooler.server).parent
    assert stat.S_IMODE(door.stat().st_mode) == 0o700
    assert stat.S_IMODE((bench.directory / "spool").stat().st_mode) & stat.S_IRWXO == 0


def test_it_listens_on_nothing_else(bench: Bench) -> None:
    listing = subprocess.run(
        ["ss", "--listening", "--tcp", "--udp", "--processes", "--no-header"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"pid={bench.spooler.pid}," not in listing.stdout


def test_it_gets_along_with_another_cupsd(open_bench: OpenBench) -> None:
    one, other = open_bench(), open_bench()
    one.submit("one")
    other.submit("other")
    assert one.await_ended("one").sheets == 1
    assert other.await_ended("other").sheets == 1
    one.spooler.contain()
    other.submit("still there")
    assert other.await_ended("still there").sheets == 1


def _print_as_an_ordinary_user(uri: str, directory: str) -> None:
    settings = PrinterConfig(device_uri=uri, runtime_dir=directory)
    # Asked once before: what Python loads on first use may lie where `nobody` cannot read.
    assert IppPrinterWatch(settings, SystemClock()).status().troubles == ()
    nobody = pwd.getpwnam("nobody")
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(nobody.pw_gid, nobody.pw_gid, nobody.pw_gid)
        os.setresuid(nobody.pw_uid, nobody.pw_uid, nobody.pw_uid)
    spooler = PrivateCupsd(settings)
    spooler.start()
    try:
        CupsHandover(spooler.server, settings.queue).submit("as nobody", certificate_pdf(1))
        assert eventually(lambda: spooler.documents_held() == 0)
    finally:
        spooler.contain()


def test_an_ordinary_user_prints_in_a_user_namespace(
    directory: Path, printer: VirtualPrinter
) -> None:
    os.chown(directory, pwd.getpwnam("nobody").pw_uid, -1)
    arguments = (printer.device_uri, str(directory))
    context = multiprocessing.get_context("fork")
    child = context.Process(target=_print_as_an_ordinary_user, args=arguments)
    child.start()
    try:
        assert printer.wait_until(lambda: len(printer.delivered) == 1, LIMIT_S)
        child.join(LIMIT_S)
        assert child.exitcode == 0
    finally:
        child.kill()
        child.join()


@pytest.mark.parametrize(
    "ppd",
    [
        direct_ppd(DeviceLimits()),
        raster_ppd(DeviceLimits((500, 0, 423, 1000), "rotated")),
    ],
)
def test_cups_own_checker_accepts_our_queues(ppd: str) -> None:
    checked = subprocess.run(
        ["cupstestppd", "-q", "-W", "sizes", "-"], input=ppd, text=True, check=False
    )
    assert checked.returncode == 0


def test_the_queue_hands_over_and_goes() -> None:
    assert queue_uri("ipp://h/p", 10) == ("ipp://h/p?waitjob=false&waitprinter=false&contimeout=10")
    assert queue_uri("ipps://h/p?a=b", 3).startswith("ipps://h/p?a=b&waitjob=false")
