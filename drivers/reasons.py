"""Every reason for which a device fails, and who can put it right.

A reason is data: the screen, the journal and the operator's page are all made from it.
No wire, no clock.
"""

import enum
from dataclasses import dataclass


class Remedy(enum.StrEnum):
    """Who can put it right."""

    RESIDENT = "resident"
    ATTENDANT = "attendant"
    TECHNICIAN = "technician"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Reason:
    """A named failure. `name` is `<kind>.<what>`, stable, and safe to journal."""

    name: str
    remedy: Remedy
    what: str
    """One English sentence for the operator: what happened."""
    advice: str
    """One English sentence for the operator: what to do."""


def _r(name: str, remedy: Remedy, what: str, advice: str) -> Reason:
    return Reason(name, remedy, what, advice)


_REASONS = (
    _r(
        "card.no_service",
        Remedy.TECHNICIAN,
        "The PC/SC service does not answer.",
        "Start pcscd; the terminal finds it again by itself.",
    ),
    _r(
        "card.no_reader",
        Remedy.ATTENDANT,
        "No card reader is connected.",
        "Plug the card reader in; the terminal finds it again by itself.",
    ),
    _r(
        "card.sharing_violation",
        Remedy.TECHNICIAN,
        "Another program holds the card.",
        "End the other program that uses the reader.",
    ),
    _r(
        "card.removed",
        Remedy.RESIDENT,
        "The card was taken away while it was being used.",
        "Put the card back and leave it until the screen says so.",
    ),
    _r(
        "card.mute",
        Remedy.RESIDENT,
        "A card lies on the reader but does not answer.",
        "Turn the card over, or take it out of its case.",
    ),
    _r(
        "card.reset",
        Remedy.RESIDENT,
        "The card was reset by another program.",
        "Put the card down again.",
    ),
    _r(
        "card.kind.unsupported",
        Remedy.RESIDENT,
        "The card is not a My Number card.",
        "Use a My Number card.",
    ),
    _r(
        "card.kind.juki",
        Remedy.RESIDENT,
        "The card is a Juki card (住基カード), which is not accepted here.",
        "Use a My Number card.",
    ),
    _r(
        "card.kind.phone",
        Remedy.RESIDENT,
        "The certificates of a smartphone lie on the reader.",
        "Use a My Number card; this terminal does not authenticate phones.",
    ),
    _r(
        "card.several",
        Remedy.RESIDENT,
        "Two cards that could be meant lie on the readers.",
        "Leave one card; look for a forgotten one on the other reader.",
    ),
    _r(
        "card.code.blocked",
        Remedy.RESIDENT,
        "The reference number (照合番号B) is blocked.",
        "The municipal office can help.",
    ),
    _r(
        "card.attributes.invalid",
        Remedy.RESIDENT,
        "The card's name and address are not signed as they must be.",
        "The card cannot be used; the municipal office can check it.",
    ),
    _r(
        "card.ap.not_found",
        Remedy.RESIDENT,
        "The municipality's card application is not on the card.",
        "The municipal office can load it.",
    ),
    _r(
        "card.protocol",
        Remedy.TECHNICIAN,
        "The card answered against its specification.",
        "Try once more; if it stays, have the reader or the card checked.",
    ),
    _r(
        "card.certificate.not_found",
        Remedy.RESIDENT,
        "The card has no user certificate.",
        "The municipal office can issue one.",
    ),
    _r("card.pin.wrong", Remedy.RESIDENT, "The PIN was wrong.", "Enter the right PIN."),
    _r(
        "card.pin.blocked",
        Remedy.RESIDENT,
        "The PIN is blocked.",
        "The municipal office can unblock it.",
    ),
    _r(
        "card.pin.unknown",
        Remedy.RESIDENT,
        "The answer to the PIN was lost; it may have cost a try.",
        "Put the card down again; the tries left are asked before the next entry.",
    ),
    _r(
        "card.swapped",
        Remedy.RESIDENT,
        "Another card lies on the reader than before.",
        "Start again with one card.",
    ),
    _r(
        "card.signature.invalid",
        Remedy.RESIDENT,
        "The card's signature does not fit its certificate.",
        "The card cannot be used; the municipal office can check it.",
    ),
    _r(
        "coin.lost",
        Remedy.TECHNICIAN,
        "The coin machine does not answer.",
        "Check its cable and power; the terminal finds it again by itself.",
    ),
    _r(
        "coin.acceptor_fault",
        Remedy.ATTENDANT,
        "The coin acceptor reports a fault.",
        "Open the acceptor, take out what sticks, close it.",
    ),
    _r("coin.hopper_empty", Remedy.ATTENDANT, "A coin hopper is empty.", "Refill the hopper."),
    _r("coin.hopper_jam", Remedy.ATTENDANT, "A coin hopper is jammed.", "Clear the hopper."),
    _r(
        "coin.hopper_fault",
        Remedy.TECHNICIAN,
        "A coin hopper reports a fault.",
        "Have the hopper checked.",
    ),
    _r(
        "coin.bill_fault",
        Remedy.ATTENDANT,
        "The bill validator takes no bills: jammed, full, open or faulty.",
        "Empty or clear the validator and its stacker; coins are taken meanwhile.",
    ),
    _r(
        "coin.escrow_fault",
        Remedy.ATTENDANT,
        "The coin escrow does not open or close, or is not empty afterwards.",
        "Clear the escrow and its flaps; coins found in it belong into the cash box, unless a "
        "case says whose they are.",
    ),
    _r(
        "coin.missorted",
        Remedy.ATTENDANT,
        "A coin may lie in another hopper than its own.",
        "Count the hoppers when they are next filled; one piece of each is not relied on.",
    ),
    _r("coin.change_short", Remedy.ATTENDANT, "There is not enough change.", "Refill the hoppers."),
    _r(
        "coin.fraud",
        Remedy.ATTENDANT,
        "The acceptor reports manipulation.",
        "Look at the machine and its recordings before opening service again.",
    ),
    _r(
        "coin.wire",
        Remedy.TECHNICIAN,
        "The coin line is disturbed.",
        "Check cable, supply and the other devices on the line.",
    ),
    _r(
        "coin.unknown_device",
        Remedy.TECHNICIAN,
        "Another device answers than before.",
        "Confirm the new device in the configuration.",
    ),
    _r(
        "coin.encrypted",
        Remedy.TECHNICIAN,
        "The device demands encryption.",
        "Order or configure it unencrypted; the terminal does not speak encrypted ccTalk.",
    ),
    _r(
        "printer.paper_low",
        Remedy.ATTENDANT,
        "The printer is nearly out of paper.",
        "Load A4 paper soon; it still prints.",
    ),
    _r(
        "printer.toner_low",
        Remedy.ATTENDANT,
        "The toner is nearly used up.",
        "Keep a cartridge ready; it still prints.",
    ),
    _r(
        "printer.output_nearly_full",
        Remedy.ATTENDANT,
        "The output tray is nearly full.",
        "Empty the tray soon; it still prints.",
    ),
    _r(
        "printer.service_due",
        Remedy.TECHNICIAN,
        "A part of the printer is nearly worn out.",
        "Look at the printer's display; it still prints.",
    ),
    _r(
        "printer.offline",
        Remedy.ATTENDANT,
        "The printer does not answer.",
        "Switch the printer on and check its cable.",
    ),
    _r("printer.paper_out", Remedy.ATTENDANT, "The printer is out of paper.", "Load A4 paper."),
    _r(
        "printer.jam",
        Remedy.ATTENDANT,
        "Paper is jammed in the printer.",
        "Remove the jammed sheets.",
    ),
    _r(
        "printer.cover_open",
        Remedy.ATTENDANT,
        "A cover of the printer is open.",
        "Close the cover.",
    ),
    _r("printer.toner_empty", Remedy.ATTENDANT, "The toner is used up.", "Replace the toner."),
    _r("printer.output_full", Remedy.ATTENDANT, "The output tray is full.", "Empty the tray."),
    _r(
        "printer.tray_not_empty",
        Remedy.ATTENDANT,
        "A sheet lies in the output tray.",
        "Take the sheet out and keep it for its owner.",
    ),
    _r(
        "printer.busy",
        Remedy.ATTENDANT,
        "The printer still holds a job.",
        "Wait; if it stays, cancel the job at the printer.",
    ),
    _r("printer.wrong_media", Remedy.ATTENDANT, "The loaded paper is not A4.", "Load A4 paper."),
    _r(
        "printer.not_duplex",
        Remedy.TECHNICIAN,
        "The printer cannot print both sides.",
        "Fit a duplex unit or another printer.",
    ),
    _r(
        "printer.not_colour",
        Remedy.TECHNICIAN,
        "The printer cannot print colour.",
        "Use a colour printer.",
    ),
    _r(
        "printer.not_pdf",
        Remedy.TECHNICIAN,
        "The printer takes no PDF, and the configuration hands it PDF as it is.",
        "Set printer.direct_pdf = false, or use a printer that takes PDF.",
    ),
    _r(
        "printer.not_ipp",
        Remedy.TECHNICIAN,
        "The queue's device is not an IPP printer, so sheets cannot be counted at the device.",
        "Use a queue with an ipp or ipps device URI.",
    ),
    _r(
        "printer.spooler",
        Remedy.TECHNICIAN,
        "The print spooler failed.",
        "The terminal restarts it; if it stays, look at its log.",
    ),
    _r(
        "printer.aborted",
        Remedy.ATTENDANT,
        "The printer gave the job up.",
        "Look at the printer's display.",
    ),
    _r(
        "printer.unknown_outcome",
        Remedy.ATTENDANT,
        "It is not known how many sheets came out.",
        "Count the sheets in the tray and the printer's counter, then settle the case.",
    ),
    _r(
        "printer.counts_differ",
        Remedy.ATTENDANT,
        "The counts of a copy contradict one another: sheets, sides, the engine's counter, the "
        "spooler or the output tray.",
        "Count the sheets in the tray; the journal's entry print.count tells who says what.",
    ),
    _r(
        "printer.replaced",
        Remedy.ATTENDANT,
        "Another printer answers at the printer's address.",
        "Run `kiosk check`; the next visit prints on the new one.",
    ),
    _r(
        "printer.tray_sensor",
        Remedy.TECHNICIAN,
        "The output tray's sensor does not answer.",
        "Check the sensor's cable and power.",
    ),
    _r(
        "printer.stopped",
        Remedy.ATTENDANT,
        "The printer has stopped.",
        "Look at the printer's display.",
    ),
    _r(
        "receipt.offline",
        Remedy.ATTENDANT,
        "The receipt printer does not answer.",
        "Check its cable and power.",
    ),
    _r(
        "receipt.paper_out",
        Remedy.ATTENDANT,
        "The receipt printer is out of paper.",
        "Load a roll.",
    ),
    _r(
        "receipt.near_end",
        Remedy.ATTENDANT,
        "The receipt printer's roll is nearly used up.",
        "Keep a roll ready; it still prints.",
    ),
    _r("receipt.cover_open", Remedy.ATTENDANT, "The receipt printer is open.", "Close its cover."),
    _r(
        "receipt.cutter",
        Remedy.ATTENDANT,
        "The receipt printer's cutter is jammed.",
        "Clear the cutter.",
    ),
)

REASONS: dict[str, Reason] = {reason.name: reason for reason in _REASONS}
