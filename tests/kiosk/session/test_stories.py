"""Visits from the first touch to the last word, as a resident and the devices live them."""

from itertools import permutations

import pytest

from kiosk.link import values as link
from kiosk.machine import IllegalEvent
from kiosk.session import commands as cmd
from kiosk.session import events as ev
from kiosk.session import model as m
from kiosk.session.model import Aside, Session, State
from kiosk.session.samples import OFFERS
from tests.kiosk.session.story import FEE, VISIT, Story
from ui import model as ui


class TestTheWholeWay:
    def test_one_certificate_from_touch_to_receipt(self) -> None:
        story = Story().to_take_paper()
        assert story.state is State.TAKE_PAPER
        assert [copy.title for copy in story.told(link.PrintCopy)] == ["kiosk-1"]
        assert story.gave(cmd.Erase)
        story.tap("taken").hear(link.PaperTaken())
        assert story.state is State.RECEIPT
        assert story.told(link.PrintReceipt) == [link.PrintReceipt("ja", "住民票の写し")]
        story.hear(link.ReceiptOut()).tap("confirm").hear(link.VisitClosed())
        assert story.told(link.CloseVisit) == [link.CloseVisit("issued", "")]
        assert story.gave(cmd.ReportOutcome) == [cmd.ReportOutcome("issued", "", 1, 1, FEE, 0, 0)]
        assert isinstance(story.commands[-1], cmd.Exit)

    def test_the_supervisor_hears_in_this_order(self) -> None:
        story = Story().to_take_paper()
        said = [type(c.value) for c in story.gave(cmd.Tell) if type(c.value) is not link.Note]
        assert said == [
            link.OpenVisit, link.AskChange, link.AcceptCoins, link.PrintCopy, link.CopyStreamed,
        ]  # fmt: skip

    def test_coins_are_asked_for_only_when_the_document_is_held(self) -> None:
        story = Story().to_fetch()
        assert not story.told(link.AcceptCoins)
        story.hear(ev.DocumentReady(m.Ticket("ab" * 32, FEE, (m.Copy("t", "kiosk-1", 1),))))
        assert story.told(link.AcceptCoins) == [link.AcceptCoins("ab" * 32, FEE, 1, FEE)]

    def test_the_form_asks_nobody(self) -> None:
        story = Story().to_form().clear()
        story.tap("option:resident_record", "confirm", "option:part", "confirm")
        story.tap("option:ref-taro", "confirm", "item:domicile:on", "confirm", "more", "confirm")
        network = (cmd.OpenAtCentre, cmd.AskOffers, cmd.Apply)
        assert not [c for c in story.commands if isinstance(c, network)]
        assert story.session.form.page == "check"

    def test_a_certificate_without_options_goes_straight_to_the_copies(self) -> None:
        story = Story().to_form().tap("option:seal_registration", "confirm")
        assert story.screen.id == "copies"
        story.tap("confirm", "confirm")
        (apply,) = story.gave(cmd.Apply)
        assert apply.choice == m.Choice("seal_registration", "", (), ("ref-hanako",), 1, FEE)

    def test_two_copies_are_two_jobs_and_the_second_waits_for_the_first(self) -> None:
        story = Story().to_print(2)
        assert len(story.told(link.PrintCopy)) == 1
        story.hear(link.CopyPrinted("kiosk-1", "counted"))
        assert [c.copy for c in story.told(link.PrintCopy)] == [1, 2]
        story.hear(link.PrintGranted("kiosk-2"))
        assert [s.ticket for s in story.gave(cmd.Stream)] == ["t1", "t2"]
        story.hear(link.CopyPrinted("kiosk-2", "counted"))
        assert story.state is State.GIVE

    def test_nothing_is_streamed_before_the_intent_is_on_disk(self) -> None:
        story = Story().to_pay().pay(FEE)
        assert not story.gave(cmd.Stream)
        story.hear(link.PrintGranted("kiosk-1"))
        assert story.gave(cmd.Stream) == [cmd.Stream("t1", "kiosk-1")]

    def test_offers_and_card_in_either_order(self) -> None:
        late = Story().to_take_card().hear(ev.CardRemoved())
        assert late.state is State.WAIT_OFFERS
        assert late.hear(ev.OffersArrived(OFFERS)).state is State.FORM
        assert Story().to_form().state is State.FORM


class TestTheCard:
    def test_a_card_from_before_the_visit_must_be_taken_first(self) -> None:
        story = Story().hear(ev.CardPlaced()).tap("start", "service:certificates")
        assert story.state is State.CLEAR_READER
        assert story.failures() == ["card.was_already_there"]
        story.hear(link.VisitGranted(), ev.VisitOpened())
        assert not story.gave(cmd.IdentifyCard)
        story.hear(ev.CardRemoved(), ev.CardPlaced())
        assert story.state is State.CHECK_CARD

    def test_a_card_nobody_saw_coming_must_be_taken_too(self) -> None:
        story = Story().to_place_card().hear(ev.VisitOpened(), ev.CardFound())
        assert story.state is State.CLEAR_READER
        assert story.failures() == ["card.was_already_there"]
        assert not story.gave(cmd.IdentifyCard)

    def test_a_card_before_the_challenge_waits_for_it(self) -> None:
        story = Story().to_place_card().hear(ev.CardPlaced())
        assert story.state is State.PLACE_CARD
        assert story.hear(ev.VisitOpened()).state is State.CHECK_CARD
        assert len(story.gave(cmd.IdentifyCard)) == 1

    @pytest.mark.parametrize(
        ("failure", "title"),
        [
            ("card.kind.unsupported", "card_unsupported"),
            ("card.certificate.not_found", "card_no_certificate"),
            ("certificate.expired", "certificate_expired"),
            ("card.mute", "card_mute"),
        ],
    )
    def test_a_card_that_cannot_be_used_says_why(self, failure: str, title: str) -> None:
        story = Story().to_place_card().hear(ev.VisitOpened(), ev.CardPlaced())
        story.hear(ev.CardFailed(failure))
        assert story.state is State.REFUSED
        assert story.screen.title == ui.Text(f"failure.{title}.title")
        assert "visit.failure" in story.notes()

    def test_wrong_pin_counts_down_and_warns_before_the_last(self) -> None:
        story = Story().to_pin().type_pin().hear(ev.PinRefused(2))
        assert ui.text("screen.pin_wrong.tries", n=2) in lines(story)
        story.tap("retry").type_pin().hear(ev.PinRefused(1))
        assert ui.text("screen.pin.last") in lines(story)
        story.tap("retry")
        body = story.screen.body
        assert isinstance(body, ui.Digits)
        assert body.warning == ui.text("screen.pin.last")
        story.type_pin().hear(ev.PinRefused(0))
        assert story.state is State.REFUSED
        assert story.session.failure == "card.pin.blocked"
        assert story.failures() == ["card.pin.wrong", "card.pin.wrong", "card.pin.blocked"]

    def test_a_card_with_one_try_left_is_warned_of_at_once(self) -> None:
        story = Story().to_place_card().hear(ev.VisitOpened(), ev.CardPlaced())
        story.hear(ev.CardIdentified(1)).tap("scope:residence")
        body = story.screen.body
        assert isinstance(body, ui.Digits)
        assert body.warning is not None

    def test_a_blocked_card_is_refused_before_a_pin_is_typed(self) -> None:
        story = Story().to_place_card().hear(ev.VisitOpened(), ev.CardPlaced())
        story.hear(ev.CardIdentified(0))
        assert (story.state, story.session.failure) == (State.REFUSED, "card.pin.blocked")
        assert not story.session.retry

    def test_the_pin_needs_four_digits_and_never_shows_them(self) -> None:
        story = Story().to_pin().tap("digit:7", "digit:7", "digit:7")
        with pytest.raises(AssertionError, match="not offered"):
            story.tap("confirm")
        story.hear(ev.Confirmed())
        assert story.state is State.PIN
        body = story.screen.body
        assert isinstance(body, ui.Digits)
        assert (body.typed, body.length) == (3, 4)
        assert story.tap("clear").session.typed == 0

    def test_a_card_that_slips_away_is_put_down_again_and_nothing_is_lost(self) -> None:
        for story in (Story().to_where(), Story().to_pin().tap("digit:1")):
            story.hear(ev.CardRemoved())
            assert story.state is State.PLACE_CARD
            assert story.screen.lead == ui.Text("failure.card_removed.title")
            assert story.gave(cmd.WipePin)
            assert story.hear(ev.CardPlaced()).state is State.CHECK_CARD

    def test_a_lost_answer_to_the_pin_needs_the_card_anew(self) -> None:
        story = Story().to_pin().type_pin().hear(ev.CardFailed("card.pin.unknown"))
        assert story.state is State.CLEAR_READER
        assert len(story.gave(cmd.Authenticate)) == 1

    def test_a_reader_that_is_gone_closes_the_glass_and_opens_it_again(self) -> None:
        story = Story().hear(ev.ReaderFailed("card.no_reader"))
        assert story.state is State.CLOSED
        assert story.hear(ev.ReaderBack()).state is State.START

    def test_family_register_certificates_are_honestly_not_served(self) -> None:
        story = Story().to_where().tap("scope:domicile")
        assert story.state is State.NOT_SERVED
        assert story.tap("confirm").state is State.WHERE


class TestTheCentre:
    @pytest.mark.parametrize(
        "failure",
        ["certificate.expired", "certificate.revoked", "resident.unknown", "municipality.hours",
         "jpki.unavailable", "registration.implausible"],
    )  # fmt: skip
    def test_a_refusal_while_the_card_lies_there_gives_the_card_back(self, failure: str) -> None:
        story = Story().to_take_card().hear(ev.CentreFailed(failure))
        assert (story.state, story.session.failure) == (State.REFUSED, failure)
        story.late()
        assert story.state is State.LEAVE_CARD
        assert story.hear(ev.CardRemoved()).state is State.END
        assert story.late().told(link.CloseVisit) == [link.CloseVisit("refused", failure)]

    def test_an_unreachable_centre_may_be_tried_again(self) -> None:
        story = Story().to_place_card().hear(ev.CentreFailed("centre.unreachable"))
        assert story.clear().tap("retry").state is State.PLACE_CARD
        assert story.gave(cmd.OpenAtCentre)

    def test_after_the_card_it_begins_with_a_new_challenge(self) -> None:
        story = Story().to_take_card().hear(ev.CentreFailed("centre.timeout")).tap("retry")
        assert story.state is State.CLEAR_READER
        assert not story.session.opened
        story.hear(ev.VisitOpened(), ev.CardRemoved(), ev.CardPlaced())
        assert story.state is State.CHECK_CARD

    def test_an_application_that_got_lost_is_sent_again_as_it_was(self) -> None:
        story = Story().to_fetch().hear(ev.CentreFailed("centre.timeout")).tap("retry")
        first, second = story.gave(cmd.Apply)
        assert story.state is State.FETCH
        assert first == second

    @pytest.mark.parametrize("failure", ["application.stale", "issue.expired", "visit.expired"])
    def test_what_ran_out_begins_again_with_the_card(self, failure: str) -> None:
        """To send the same again could only run out again."""
        story = Story().to_fetch().hear(ev.CentreFailed(failure)).tap("retry")
        assert story.state is State.PLACE_CARD
        assert story.gave(cmd.OpenAtCentre)
        assert len(story.gave(cmd.Apply)) == 1

    @pytest.mark.parametrize("failure", ["application.replayed", "application.other_offer"])
    def test_what_asking_again_cannot_mend_offers_no_second_try(self, failure: str) -> None:
        story = Story().to_fetch().hear(ev.CentreFailed(failure))
        assert (story.state, story.session.retry) == (State.REFUSED, None)

    @pytest.mark.parametrize(
        "failure", ["document.altered", "stamp.other_person", "issue.fee_differs"]
    )
    def test_a_document_that_is_not_ours_is_never_retried(self, failure: str) -> None:
        story = Story().to_fetch().hear(ev.CentreFailed(failure))
        assert story.state is State.REFUSED
        assert story.session.retry is None
        assert story.gave(cmd.Erase)
        assert not story.told(link.AcceptCoins)
        story.late(2)
        assert story.gave(cmd.ReportOutcome)[0].failure == failure

    def test_a_document_that_comes_too_late_is_erased(self) -> None:
        story = Story().to_fetch().late()
        assert story.session.failure == "centre.timeout"
        story.clear().hear(ev.DocumentReady(m.Ticket("ab" * 32, FEE, ())))
        assert story.state is State.REFUSED
        assert story.gave(cmd.Erase)

    def test_a_municipality_that_offers_nothing_says_so(self) -> None:
        nothing = m.Offers("見本市", (), "ref-hanako")
        story = Story().to_take_card().hear(ev.OffersArrived(nothing))
        assert story.session.failure == "offers.none"

    def test_its_own_words_are_shown(self) -> None:
        story = Story().to_take_card()
        story.hear(ev.CentreFailed("municipality.hours", (("ja", "8時から18時まで"),)))
        assert ui.Raw("8時から18時まで") in lines(story)

    def test_not_me_stops_before_money_and_is_reported(self) -> None:
        story = Story().to_check().tap("deny")
        assert story.session.failure == "resident.denies"
        story.late(2)
        assert story.told(link.CloseVisit) == [link.CloseVisit("refused", "resident.denies")]
        assert not story.gave(cmd.Apply)


class TestService:
    def test_outside_the_hours_nobody_starts(self) -> None:
        story = Story(Session(VISIT, open_now=False)).tap("start")
        assert story.screen.id == "hours"
        assert story.hear(ev.HoursChanged(open_now=True)).state is State.START

    def test_a_terminal_started_outside_the_hours_says_so_untouched(self) -> None:
        story = Story(Session(VISIT, open_now=False)).hear(link.TakeGlass())
        assert story.screen.id == "hours"
        assert story.hear(ev.HoursChanged(open_now=True)).state is State.START

    def test_the_first_picture_goes_when_the_hours_end(self) -> None:
        story = Story().hear(ev.HoursChanged(open_now=False))
        assert story.screen.id == "hours"

    def test_a_visit_that_began_in_time_goes_on(self) -> None:
        story = Story().to_form().hear(ev.HoursChanged(open_now=False))
        assert story.state is State.FORM

    def test_closed_while_idle_and_open_again(self) -> None:
        story = Story().hear(link.ServiceState("printer.paper_out"))
        assert story.state is State.CLOSED
        assert story.hear(link.ServiceState("")).state is State.START

    def test_paper_out_before_payment_is_said_before_anything_is_applied_for(self) -> None:
        story = Story().to_check().hear(link.ServiceState("printer.paper_out")).tap("confirm")
        assert story.session.failure == "printer.paper_out"
        assert not story.gave(cmd.Apply)

    def test_paper_out_while_the_document_is_made_takes_no_money(self) -> None:
        story = Story().to_fetch().hear(link.ServiceState("printer.paper_out"))
        story.hear(ev.DocumentReady(m.Ticket("ab" * 32, FEE, (m.Copy("t", "kiosk-1", 1),))))
        assert story.state is State.REFUSED
        assert not story.told(link.AcceptCoins)
        assert story.gave(cmd.Erase)

    def test_a_refused_visit_says_why(self) -> None:
        story = Story().tap("start", "service:certificates")
        story.hear(link.VisitRefused("printer.tray_not_empty"))
        assert story.session.failure == "printer.tray_not_empty"

    def test_no_card_is_looked_at_before_the_devices_are_clear(self) -> None:
        for facts in permutations((ev.VisitOpened(), ev.CardPlaced())):
            story = Story().tap("start", "service:certificates").hear(*facts)
            assert story.state is State.PLACE_CARD
            assert not story.gave(cmd.IdentifyCard)
            slow = Story().tap("start", "service:certificates").hear(*facts, link.VisitGranted())
            assert slow.state is State.CHECK_CARD
            assert slow.gave(cmd.IdentifyCard)
            story.hear(link.VisitRefused("printer.tray_not_empty"))
            assert story.state is State.REFUSED
            assert story.session.retry is None

    def test_a_visit_the_supervisor_refused_is_not_tried_again(self) -> None:
        story = Story().tap("start", "service:certificates")
        story.hear(ev.CentreFailed("centre.unreachable"))
        assert story.session.retry is State.PLACE_CARD
        assert story.hear(link.VisitRefused("printer.busy")).session.retry is None

    def test_the_last_visit_died(self) -> None:
        story = Story().hear(link.TakeGlass("", "visit.died.printing", settling=True))
        assert ui.text("screen.apology.settling") in lines(story)
        assert not any(one.key == "screen.apology.returned" for one in lines(story))
        story.hear(link.MoneySettled(200, 500, 100))
        assert ui.text("screen.apology.settling") not in lines(story)
        assert ui.text("screen.apology.kept", yen=200) in lines(story)
        assert ui.text("screen.apology.returned", yen=500) in lines(story)
        assert ui.text("screen.apology.owed", yen=100) in lines(story)
        story.tap("confirm")
        assert story.state is State.START
        assert story.session.money == m.Money()

    @pytest.mark.parametrize("card_first", [False, True])
    def test_what_the_last_visit_got_back_is_not_this_one_s(self, *, card_first: bool) -> None:
        """Settled only after the next resident had begun: their change is still to come."""
        story = Story().hear(link.MoneySettled(200, 300, 0)).tap("start", "service:certificates")
        facts = (ev.VisitOpened(), ev.CardPlaced())
        story.hear(*(facts if card_first else ()), link.VisitGranted())
        assert story.session.money == m.Money()


class TestMoney:
    def test_no_change_is_said_before_money_and_nothing_is_applied_for(self) -> None:
        story = Story().to_check().hear(link.ChangeState(FEE, ()))
        assert story.screen.lead == ui.Text("screen.check.no_change")
        story.tap("confirm")
        assert story.session.failure == "coin.change_short"
        assert not story.gave(cmd.Apply)

    def test_little_change_is_said_and_asked_before_money(self) -> None:
        story = Story().to_check().hear(link.ChangeState(FEE, (10, 50, 100), exact_only=True))
        assert story.screen.lead == ui.Text("screen.check.little_change")
        story.tap("confirm")
        story.hear(ev.DocumentReady(m.Ticket("ab" * 32, FEE, (m.Copy("t", "kiosk-1", 1),))))
        assert story.state is State.CHANGE
        assert not story.told(link.AcceptCoins)
        assert story.tap("confirm").told(link.AcceptCoins)

    def test_a_change_state_for_another_fee_says_nothing(self) -> None:
        story = Story().to_check(2).hear(link.ChangeState(FEE, ()))
        assert not story.session.money.change_known

    def test_cancel_while_paying_gives_the_coins_back(self) -> None:
        story = Story().to_pay().hear(link.CoinIn(100, 100, (10, 50, 100)))
        story.tap("end", "end:yes")
        assert story.state is State.RETURN
        assert story.told(link.CancelPayment)
        assert story.gave(cmd.Erase)
        story.hear(link.CoinsReturned(100, 0))
        assert story.screen.id == "returned"
        story.tap("confirm").late()
        assert story.told(link.CloseVisit) == [link.CloseVisit("cancelled", "")]

    def test_the_lever_is_a_cancel(self) -> None:
        assert Story().to_pay().hear(link.ReturnAsked()).told(link.CancelPayment)

    def test_time_runs_out_into_giving_back_never_into_nothing(self) -> None:
        story = Story().to_pay().hear(link.CoinIn(100, 100, ())).run_out()
        assert story.state is State.RETURN
        assert story.told(link.CancelPayment)
        assert story.hear(link.CoinsReturned(100, 0)).session.outcome == "timed_out"

    def test_a_coin_starts_the_time_anew(self) -> None:
        story = Story().to_pay()
        before = story.session.serial
        assert story.hear(link.CoinIn(10, 10, ())).session.serial > before

    def test_a_coin_that_was_falling_counts_in_print(self) -> None:
        story = Story().to_print().hear(link.CoinIn(100, 400, ()))
        assert story.state is State.PRINT
        assert story.session.money.inserted == 400

    def test_what_cannot_be_returned_is_owed_with_a_number(self) -> None:
        story = Story().to_pay().tap("end", "end:yes").hear(link.CoinsReturned(0, 100, "C-3"))
        assert ui.text("screen.owed.line", yen=100) in lines(story)
        assert ui.text("screen.owed.case", case="C-3") in lines(story)

    def test_the_supervisor_may_give_back_by_itself(self) -> None:
        story = Story().to_pay().hear(link.CoinsReturned(100, 0))
        assert story.state is State.RETURNED

    @pytest.mark.parametrize("reason", ["coin.lost", "printer.jam"])
    def test_a_device_that_fails_while_paying_gives_the_coins_back(self, reason: str) -> None:
        story = Story().to_pay().hear(link.DeviceTrouble(reason))
        assert (story.state, story.session.failure) == (State.RETURN, reason)

    def test_an_empty_hopper_does_not(self) -> None:
        assert Story().to_pay().hear(link.DeviceTrouble("coin.hopper_empty")).state is State.PAY

    def test_service_closing_while_paying_gives_the_coins_back(self) -> None:
        story = Story().to_pay().hear(link.ServiceState("printer.paper_out"))
        assert (story.state, story.session.failure) == (State.RETURN, "printer.paper_out")


class TestPaper:
    def test_a_printer_that_is_not_clear_gives_everything_back(self) -> None:
        story = Story().to_pay().pay(FEE)
        story.hear(link.PrintRefused("kiosk-1", "printer.tray_not_empty"))
        assert story.state is State.RETURN
        assert story.told(link.CancelPayment)

    def test_a_jam_waits_for_staff_and_goes_on(self) -> None:
        story = Story().to_print().hear(link.PrinterWaits("kiosk-1", "printer.jam"))
        assert story.screen.tone is ui.Tone.ALERT
        assert ui.Text("failure.printer_jam.line") in lines(story)
        story.hear(link.PrinterWaits("kiosk-1", ""))
        assert story.screen.id == "print"

    def test_a_partial_print_keeps_the_fee_of_what_came(self) -> None:
        story = Story().to_print(2).hear(link.CopyPrinted("kiosk-1", "counted"))
        story.hear(link.PrintGranted("kiosk-2"), link.CopyFailed("kiosk-2", 0, "printer.jam"))
        assert story.state is State.GIVE
        story.hear(link.MoneySettled(FEE, FEE, 0))
        assert ui.text("screen.take_paper.partly", n=1) in lines(story)
        assert ui.text("screen.take_paper.change", yen=FEE) in lines(story)
        story.tap("taken").hear(link.PaperTaken(), link.ReceiptOut()).late()
        assert story.gave(cmd.ReportOutcome) == [
            cmd.ReportOutcome("issued_partly", "printer.jam", 1, 1, FEE, FEE, 0)
        ]

    def test_a_later_copy_that_cannot_begin_gives_its_fee_back(self) -> None:
        story = Story().to_print(2).hear(link.CopyPrinted("kiosk-1", "counted")).clear()
        story.hear(link.PrintRefused("kiosk-2", "printer.paper_out"))
        assert story.state is State.GIVE
        assert story.told(link.CancelPayment)

    def test_nothing_printed_gives_everything_back(self) -> None:
        story = Story().to_print().hear(link.CopyFailed("kiosk-1", 0, "printer.jam"))
        story.hear(link.MoneySettled(0, FEE, 0))
        assert story.state is State.RETURNED
        story.tap("confirm").late()
        assert story.told(link.CloseVisit) == [link.CloseVisit("failed", "printer.jam")]

    def test_an_unknown_outcome_asks_for_all_paper_and_is_said(self) -> None:
        story = Story().to_print()
        story.hear(link.CopyFailed("kiosk-1", 0, "printer.unknown_outcome", known=False))
        story.hear(link.MoneySettled(0, 0, FEE, "C-9"))
        assert ui.text("screen.take_paper.unknown") in lines(story)
        assert ui.text("screen.owed.case", case="C-9") in lines(story)
        story.tap("taken").hear(link.PaperTaken())
        assert story.state is State.RETURNED
        assert not story.told(link.PrintReceipt)

    def test_a_spooler_that_breaks_is_told(self) -> None:
        story = Story().to_pay().pay(FEE).hear(link.PrintGranted("kiosk-1"))
        story.hear(ev.NotStreamed("kiosk-1", "printer.spooler"))
        assert story.told(link.CopyNotStreamed) == [
            link.CopyNotStreamed("kiosk-1", "printer.spooler")
        ]

    def test_a_grant_nobody_waits_for_is_declined(self) -> None:
        story = Story().to_form().hear(link.PrintGranted("kiosk-9"))
        assert story.told(link.CopyNotStreamed)
        assert not story.gave(cmd.Stream)

    def test_paper_taken_between_two_copies_is_not_the_end(self) -> None:
        story = Story().to_print(2)
        story.hear(link.CopyPrinted("kiosk-1", "counted"), link.PaperTaken())
        story.hear(link.CopyPrinted("kiosk-2", "counted"), link.MoneySettled(600, 0, 0))
        assert story.tap("taken").state is State.TAKE_PAPER
        assert story.hear(link.PaperTaken()).state is State.RECEIPT

    def test_a_receipt_that_fails_troubles_nobody(self) -> None:
        story = Story().to_take_paper().tap("taken").hear(link.PaperTaken())
        story.hear(link.ReceiptOut("receipt.paper_out"))
        assert ui.text("screen.finish.no_receipt") in lines(story)
        assert Story().to_take_paper().tap("taken").hear(link.PaperTaken()).late().state is (
            State.FINISH
        )


class TestTimeAndEnd:
    ENDABLE = ("to_place_card", "to_where", "to_pin", "to_form", "to_check", "to_fetch")

    @pytest.mark.parametrize("where", ENDABLE)
    def test_every_screen_can_be_cancelled(self, where: str) -> None:
        story: Story = getattr(Story(), where)()
        story.tap("end")
        assert story.session.aside is Aside.END
        assert story.tap("go_on").session.aside is Aside.NONE
        story.tap("end", "end:yes")
        assert story.state is (State.LEAVE_CARD if story.session.card else State.END)
        assert story.session.outcome == "cancelled"
        assert story.session.offers is None

    @pytest.mark.parametrize("where", ENDABLE[:-1])
    def test_nobody_there_warns_first_and_then_ends(self, where: str) -> None:
        story: Story = getattr(Story(), where)()
        story.run_out()
        assert story.state is (State.LEAVE_CARD if story.session.card else State.END)
        assert story.session.outcome == "timed_out"

    def test_a_warning_is_answered_by_any_touch_and_so_often_as_one_likes(self) -> None:
        story = Story().to_pin()
        for _ in range(12):
            story.late()
            overlay = story.screen.overlay
            assert overlay is not None
            assert overlay.seconds_left == 30
            story.hear(ev.DigitTyped())
            assert (story.session.aside, story.session.typed) == (Aside.NONE, 0)
        assert story.state is State.PIN

    def test_a_limit_of_an_earlier_moment_changes_nothing(self) -> None:
        story = Story().to_pin()
        stale = ev.LimitReached(story.session.serial)
        story.tap("digit:1").hear(stale)
        assert story.session.aside is Aside.NONE

    def test_a_card_forgotten_on_the_reader_alarms_until_it_is_taken(self) -> None:
        story = Story().to_take_card()
        assert story.screen.tone is ui.Tone.NORMAL
        story.late(4)
        assert (story.screen.tone, story.screen.sound) == (ui.Tone.ALERT, "alarm")
        story.late(40)
        assert story.state is State.LEAVE_CARD
        assert story.session.offers is None
        story.late(100)
        assert story.state is State.LEAVE_CARD
        assert story.hear(ev.CardRemoved()).state is State.END

    def test_a_certificate_forgotten_in_the_tray_alarms_until_it_is_taken(self) -> None:
        story = Story().to_take_paper()
        beats = {story.screen.sound_beat}
        for _ in range(200):
            story.late()
            beats.add(story.screen.sound_beat)
        assert story.state is State.TAKE_PAPER
        assert len(beats) == 201
        assert story.screen.tone is ui.Tone.ALERT
        assert ui.text("screen.take_paper.forgotten") in lines(story)
        story.tap("taken")
        assert story.state is State.TAKE_PAPER
        assert story.hear(link.PaperTaken()).state is State.RECEIPT

    def test_without_a_sensor_the_resident_is_believed(self) -> None:
        story = Story().to_take_paper().hear(link.PaperTaken(sensor=False)).tap("taken")
        assert story.state is State.RECEIPT

    def test_the_menu_goes_back_to_the_start_and_forgets_the_look(self) -> None:
        story = Story().tap("language:en", "start", "tool:look", "size:large", "close").run_out()
        assert story.session == Session(VISIT, serial=story.session.serial)

    def test_the_last_word_does_not_keep_the_process(self) -> None:
        story = Story().to_place_card().tap("end", "end:yes").late(2)
        assert isinstance(story.commands[-1], cmd.Exit)

    def test_a_tap_the_screen_does_not_offer_changes_nothing(self) -> None:
        story = Story().to_pin()
        before = story.session
        with pytest.raises(IllegalEvent):
            story.hear(ev.Denied())
        assert story.session is before


class TestLanguageAndLook:
    BEFORE_PAYMENT = ("to_place_card", "to_where", "to_pin", "to_take_card", "to_form",
                      "to_check", "to_fetch")  # fmt: skip

    @pytest.mark.parametrize("where", BEFORE_PAYMENT)
    def test_language_and_look_change_on_every_screen_before_payment(self, where: str) -> None:
        story: Story = getattr(Story(), where)()
        state, form = story.state, story.session.form
        story.tap("tool:language", "language:pt", "tool:look", "size:large")
        story.tap("theme:contrast_yellow", "close")
        assert story.session.look == ui.Look("pt", ui.Size.LARGE, ui.Theme.CONTRAST_YELLOW)
        assert (story.state, story.session.form) == (state, form)

    def test_no_longer_when_money_is_in(self) -> None:
        assert not Story().to_pay().screen.tools

    def test_a_card_removed_behind_the_language_page_goes_on(self) -> None:
        story = Story().to_take_card().hear(ev.OffersArrived(OFFERS)).tap("tool:language")
        story.hear(ev.CardRemoved())
        assert (story.state, story.session.aside) == (State.FORM, Aside.NONE)

    def test_the_receipt_speaks_the_language(self) -> None:
        story = Story().tap("language:ko").to_take_paper().tap("taken").hear(link.PaperTaken())
        assert story.told(link.PrintReceipt)[0].language == "ko"


class TestTheIndividualNumber:
    def to_warning(self) -> Story:
        story = Story().to_form().tap("option:resident_record", "confirm")
        return story.tap("option:self", "confirm", "item:individual_number:on", "confirm")

    def test_is_off_by_default_and_warns_when_chosen(self) -> None:
        story = self.to_warning()
        assert story.screen.id == "warning"
        primary = [a.id for a in story.screen.actions if a.role is ui.Role.PRIMARY]
        assert primary == ["warning:drop"]

    def test_dropped_it_is_not_applied_for(self) -> None:
        story = self.to_warning().tap("warning:drop", "confirm", "confirm")
        assert story.gave(cmd.Apply)[0].choice.items == ()

    def test_kept_it_is_applied_for_and_not_asked_again(self) -> None:
        story = self.to_warning().tap("warning:keep", "confirm")
        story.tap("fix:items", "confirm")
        assert story.screen.id == "check"
        assert story.tap("confirm").gave(cmd.Apply)[0].choice.items == ("individual_number",)

    def test_switched_off_and_on_again_it_warns_again(self) -> None:
        story = self.to_warning().tap("warning:keep", "back")
        story.tap("item:individual_number:off", "item:individual_number:on", "confirm")
        assert story.screen.id == "warning"


def lines(story: Story) -> list[ui.Label]:
    body = story.screen.body
    assert isinstance(body, ui.Notice | ui.Progress)
    return list(body.lines)
