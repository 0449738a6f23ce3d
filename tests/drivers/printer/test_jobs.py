"""What the device's words mean, clause by clause."""

import pytest

from drivers.printer.contract import JobProgress, JobState, PrinterStatus, Tray
from drivers.printer.ipp_attributes import enums, flag, integers, keywords, strings
from drivers.printer.ipp_codec import Attribute, Group, Value
from drivers.printer.jobs import (
    JobRecord,
    job_progress,
    output_tray,
    printer_capabilities,
    printer_status,
    printer_troubles,
)
from drivers.printer.state_reasons import PRINTER_REASONS, SOON
from drivers.printer.tables import (
    JOB_REASONS,
    GroupTag,
    PrinterState,
    Tag,
)
from drivers.reasons import REASONS

FIT = (
    keywords("sides-supported", "one-sided", "two-sided-long-edge"),
    keywords("print-color-mode-supported", "monochrome", "color"),
    keywords("media-ready", "iso_a4_210x297mm"),
)


def printer(*attributes: Attribute, state: PrinterState = PrinterState.IDLE) -> Group:
    return Group(GroupTag.PRINTER, (*FIT, enums("printer-state", state), *attributes))


def record(state: int, *reasons: str, impressions: int = 0, sheets: int | None = 0) -> JobRecord:
    attributes = [
        integers("job-id", 1),
        strings(Tag.NAME, "job-name", "t"),
        enums("job-state", state),
        keywords("job-state-reasons", *(reasons or ("none",))),
        integers("job-impressions-completed", impressions),
    ]
    if sheets is not None:
        attributes.append(integers("job-media-sheets-completed", sheets))
    return JobRecord.of(Group(GroupTag.JOB, tuple(attributes)))


@pytest.mark.parametrize("name", ["t", "1 - t", "4711 - t"])
def test_the_spoolers_number_is_no_part_of_a_title(name: str) -> None:
    group = Group(GroupTag.JOB, (strings(Tag.NAME, "job-name", name),))
    assert JobRecord.of(group).title == "t"


def test_a_make_that_is_not_utf_8_can_be_told_apart_and_shown() -> None:
    """Shift_JIS in a device id, as older Japanese printers say it."""

    def made(what: bytes) -> Group:
        text = what.decode("utf-8", "surrogateescape")
        names = ("printer-device-id", "printer-uuid", "printer-make-and-model")
        return printer(*(strings(Tag.TEXT, name, text) for name in names))

    ours, other = made("MFG:架空;MDL:LP-1;".encode("shift_jis")), made(b"MFG:Kiosk;MDL:LP-1;")
    machines = {printer_status(one, (), sensor=True).machine for one in (ours, other)}
    assert len(machines | {""}) == 3
    able = printer_capabilities(ours, "ipp://192.0.2.1/")
    assert f"{able.maker} {able.identity}".encode().count(b"LP-1") == 2


class TestJobState:
    """RFC 8011 5.3.7 and 5.3.8."""

    @pytest.mark.parametrize(
        ("number", "reason", "state"),
        [
            (3, "none", JobState.PENDING),
            (4, "job-hold-until-specified", JobState.HELD),
            (5, "job-printing", JobState.PROCESSING),
            (6, "printer-stopped", JobState.STOPPED),
            (7, "job-canceled-by-user", JobState.CANCELED),
            (8, "aborted-by-system", JobState.ABORTED),
            (9, "job-completed-successfully", JobState.COMPLETED),
            (9, "job-completed-with-errors", JobState.ABORTED),
            (9, "job-completed-with-warnings", JobState.ABORTED),
            (9, "processing-to-stop-point", JobState.PROCESSING),
            (9, "none", JobState.PROCESSING),
            (0, "none", JobState.PENDING),
            (77, "none", JobState.PENDING),
        ],
    )
    def test_nine_is_worth_what_its_reason_says(
        self, number: int, reason: str, state: JobState
    ) -> None:
        assert record(number, reason).state is state

    def test_a_device_that_says_nothing_has_done_nothing(self) -> None:
        empty = JobRecord.of(Group(GroupTag.JOB, ()))
        assert (empty.impressions, empty.sheets, empty.state) == (0, -1, JobState.PENDING)


class TestProgress:
    def test_no_job_of_that_title(self) -> None:
        assert job_progress("x", [record(5)], None, ["printer.jam"]) == JobProgress(
            "x", JobState.UNSEEN, 0, -1
        )

    def test_two_jobs_of_one_title_are_added(self) -> None:
        """A spooler that tried twice left two; the sheets of both are on paper."""
        aborted = record(8, "aborted-by-system", impressions=2, sheets=1)
        running = record(5, "job-printing", impressions=1, sheets=0)
        progress = job_progress("t", [aborted, running], None, ())
        assert progress == JobProgress("t", JobState.PROCESSING, 3, 1, ("printer.aborted",))
        done = record(9, "job-completed-successfully", impressions=4, sheets=2)
        assert job_progress("t", [aborted, done], None, ()).state is JobState.COMPLETED

    def test_counts_never_fall(self) -> None:
        before = JobProgress("t", JobState.PROCESSING, 4, 2)
        after = job_progress("t", [record(5, impressions=1, sheets=0)], before, ())
        assert (after.impressions, after.sheets) == (4, 2)
        gone = job_progress("t", [], before, ())
        assert (gone.state, gone.impressions, gone.sheets) == (JobState.UNSEEN, 4, 2)

    def test_one_job_without_a_sheet_count_makes_the_sum_unknown(self) -> None:
        silent = record(5, impressions=2, sheets=None)
        counted = record(5, impressions=2, sheets=1)
        assert job_progress("t", [silent, counted], None, ()).sheets == -1

    def test_the_printers_troubles_count_while_the_job_lives(self) -> None:
        stopped = record(6, "printer-stopped")
        assert job_progress("t", [stopped], None, ["printer.jam"]).troubles == ("printer.jam",)
        done = record(9, "job-completed-successfully")
        assert job_progress("t", [done], None, ["printer.paper_out"]).troubles == ()

    def test_without_a_better_word_it_has_stopped(self) -> None:
        stopped = record(6, "printer-stopped")
        assert job_progress("t", [stopped], None, ()).troubles == ("printer.stopped",)


class TestTroubles:
    """RFC 8011 5.4.11 and 5.4.12."""

    @pytest.mark.parametrize(
        ("word", "troubles", "warnings"),
        [
            ("none", (), ()),
            ("media-jam-error", ("printer.jam",), ()),
            ("media-jam-warning", ("printer.jam",), ()),
            ("media-empty-error", ("printer.paper_out",), ()),
            ("media-empty", ("printer.paper_out",), ()),
            ("media-empty-warning", (), ("printer.paper_low",)),
            ("media-empty-report", (), ("printer.paper_low",)),
            ("media-low", (), ("printer.paper_low",)),
            ("toner-low-warning", (), ("printer.toner_low",)),
            ("toner-low-error", ("printer.toner_empty",), ()),
            ("cover-open-report", ("printer.cover_open",), ()),
            ("output-area-full-warning", ("printer.output_full",), ()),
            ("paused", ("printer.stopped",), ()),
            ("com.example-warp-core-warning", (), ()),
            ("com.example-warp-core-error", ("printer.stopped",), ()),
        ],
    )
    def test_severity(
        self, word: str, troubles: tuple[str, ...], warnings: tuple[str, ...]
    ) -> None:
        assert printer_troubles(printer(keywords("printer-state-reasons", word))) == (
            troubles,
            warnings,
        )

    def test_a_stopped_printer_has_stopped_for_its_warning(self) -> None:
        reasons = keywords("printer-state-reasons", "media-empty-warning")
        troubles, _ = printer_troubles(printer(reasons, state=PrinterState.STOPPED))
        assert troubles == ("printer.paper_out",)

    def test_a_stopped_printer_without_a_reason_has_stopped(self) -> None:
        troubles, _ = printer_troubles(printer(state=PrinterState.STOPPED))
        assert troubles == ("printer.stopped",)

    def test_a_printer_that_accepts_no_jobs_has_stopped(self) -> None:
        closed = printer(flag("printer-is-accepting-jobs", value=False))
        assert printer_troubles(closed)[0] == ("printer.stopped",)

    @pytest.mark.parametrize(
        ("attribute", "trouble"),
        [
            (keywords("media-ready", "iso_a5_148x210mm"), "printer.wrong_media"),
            (keywords("sides-supported", "one-sided"), "printer.not_duplex"),
            (keywords("print-color-mode-supported", "monochrome"), "printer.not_colour"),
        ],
    )
    def test_a_machine_or_paper_that_does_not_fit(self, attribute: Attribute, trouble: str) -> None:
        others = tuple(a for a in FIT if a.name != attribute.name)
        assert printer_troubles(Group(GroupTag.PRINTER, (*others, attribute)))[0] == (trouble,)

    def test_an_old_printer_says_colour_by_a_flag(self) -> None:
        old = (FIT[0], FIT[2], flag("color-supported", value=True))
        assert printer_troubles(Group(GroupTag.PRINTER, old))[0] == ()

    def test_every_meaning_is_a_reason(self) -> None:
        named = {meaning.reason for meaning in PRINTER_REASONS.values()} | {*JOB_REASONS.values()}
        named |= {*SOON} | {*SOON.values()}
        assert named <= REASONS.keys()


def octets(text: str) -> Attribute:
    return Attribute("printer-output-tray", (Value(Tag.OCTETS, text.encode()),))


class TestTray:
    """PWG 5100.13 printer-output-tray, and a sensor of its own."""

    @pytest.mark.parametrize(
        ("attributes", "tray"),
        [
            ([], Tray.UNKNOWN),
            ([octets("type=bin;maxcapacity=100;remaining=100;status=0;")], Tray.EMPTY),
            ([octets("type=bin;maxcapacity=100;remaining=98;status=0;")], Tray.SHEETS),
            ([octets("type=bin;maxcapacity=-2;remaining=-2;status=0;")], Tray.UNKNOWN),
            ([octets("type=bin;maxcapacity=100;remaining=-3;status=0;")], Tray.UNKNOWN),
            ([octets("type=bin;maxcapacity=many;remaining=98")], Tray.UNKNOWN),
            ([octets("rubbish")], Tray.UNKNOWN),
            ([flag("kiosk-output-sheets-present", value=True)], Tray.SHEETS),
            ([flag("kiosk-output-sheets-present", value=False)], Tray.EMPTY),
            (
                [
                    flag("kiosk-output-sheets-present", value=False),
                    octets("maxcapacity=100;remaining=1"),
                ],
                Tray.EMPTY,
            ),
        ],
    )
    def test_tray(self, attributes: list[Attribute], tray: Tray) -> None:
        assert output_tray(Group(GroupTag.PRINTER, tuple(attributes))) is tray

    def test_a_sensor_that_is_not_configured_is_not_asked(self) -> None:
        group = printer(flag("kiosk-output-sheets-present", value=True))
        assert printer_status(group, (), sensor=False).tray is Tray.UNKNOWN


def test_obstacles_before_a_visit() -> None:
    status = PrinterStatus(("printer.jam",), (), ("someone",), Tray.SHEETS)
    assert status.obstacles == ("printer.jam", "printer.busy", "printer.tray_not_empty")
    assert PrinterStatus((), ("printer.paper_out",), (), Tray.UNKNOWN).obstacles == ()


def test_capabilities() -> None:
    group = printer(
        keywords("media-supported", "iso_a4_210x297mm"),
        strings(Tag.MIME_TYPE, "document-format-supported", "application/pdf"),
        keywords("pwg-raster-document-type-supported", "cmyk_8"),
        strings(Tag.TEXT, "printer-make-and-model", "Maker 1"),
    )
    able = printer_capabilities(group, "ipp://host/")
    assert (able.duplex, able.colour, able.a4, able.pdf, able.cmyk) == (True,) * 5
    assert able.maker == "Maker 1"
