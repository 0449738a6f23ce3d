"""The event counter, exhaustively."""

import pytest

from drivers.coin.credits import Reset, advance, diff, distance
from drivers.coin.protocol import BufferEntry, CreditBuffer


def buffer_after(counter: int, since_reset: int) -> CreditBuffer:
    """What an honest acceptor shows: each event a credit of its own counter's number."""
    newest = [BufferEntry(1 + (counter - 1 - n) % 255 % 16, 1) for n in range(min(since_reset, 5))]
    return CreditBuffer(counter, tuple(newest + [BufferEntry(0, 0)] * (5 - len(newest))))


@pytest.mark.parametrize(
    ("last", "now", "new", "lost"),
    [(23, 23, 0, 0), (102, 104, 2, 0), (255, 1, 1, 0), (253, 3, 5, 0), (48, 54, 5, 1)],
)
def test_the_standards_own_examples(last: int, now: int, new: int, lost: int) -> None:
    """Part 2 section 3.27, the table of examples."""
    delta = diff(last, buffer_after(now, 255))
    assert (len(delta.entries), delta.lost, delta.reset) == (new, lost, Reset.NONE)


def test_power_fail_example() -> None:
    assert diff(67, buffer_after(0, 0)).reset is Reset.SEEN


def test_all_counters_of_a_device_that_was_not_reset() -> None:
    """256 x 256: every event is told once, oldest first, and the lost ones are counted."""
    for last in range(256):
        for now in range(256):
            if now in {0, last}:
                continue
            steps = distance(last, now)
            delta = diff(last, buffer_after(now, 255))
            expected = [
                BufferEntry(1 + (advance(last, step) - 1) % 16, 1)
                for step in range(max(1, steps - 4), steps + 1)
            ]
            assert list(delta.entries) == expected
            assert delta.lost == max(0, steps - 5)
            suspicious = last != 0 and now == 5 and steps > 5
            assert delta.reset is (Reset.SUSPECTED if suspicious else Reset.NONE)


def test_no_change_and_seen_reset_for_all_counters() -> None:
    for last in range(256):
        assert diff(last, buffer_after(last, 255)) == diff(0, buffer_after(0, 0))
        if last:
            assert diff(last, buffer_after(0, 0)).reset is Reset.SEEN


def shown_since_reset(events: int, first_position: int) -> CreditBuffer:
    """As `buffer_after`, of an acceptor whose credits are numbered on from `first_position`."""
    newest = [BufferEntry(first_position + n, 1) for n in reversed(range(events))][:5]
    return CreditBuffer(events, (*newest, *[BufferEntry(0, 0)] * (5 - len(newest))))


@pytest.mark.parametrize("events", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("wrapped", [False, True])
def test_hidden_reset_credits_exactly_what_came_since(events: int, *, wrapped: bool) -> None:
    """A naive difference would report up to 254 events, most of them invented; and none at all
    where the counter has caught up with itself."""
    shown = shown_since_reset(events, 20)
    for last in range(1, 256):
        known = buffer_after(last, 255 if wrapped else last).entries
        delta = diff(last, shown, known)
        if events == 5 and distance(last, 5) > 5:
            assert delta.reset is Reset.SUSPECTED, "nothing of what was known is left to see"
            continue
        came = [entry for entry in delta.entries if not entry.is_null]
        assert came == [BufferEntry(20 + n, 1) for n in range(events)]
        assert delta.lost == 0
        all_new = events == 5 and last == 255
        assert delta.reset is (Reset.NONE if all_new else Reset.HIDDEN)


@pytest.mark.parametrize("events", [1, 2, 3, 4])
def test_hidden_reset_of_an_acceptor_not_seen_before(events: int) -> None:
    """The first look of a new host: the empty places tell of it, but not below the old counter."""
    for last in range(1, 256):
        delta = diff(last, shown_since_reset(events, 1))
        credits_since = [entry for entry in delta.entries if not entry.is_null]
        if last <= events:
            assert len(credits_since) == events - last, "the accept counter shows the rest"
        else:
            assert delta.reset is Reset.HIDDEN
            assert len(credits_since) == events


def test_what_was_known_changes_nothing_without_a_reset() -> None:
    for last in range(256):
        for steps in range(6):
            known = buffer_after(last, last).entries
            shown = buffer_after(advance(last, steps), last + steps)
            assert diff(last, shown, known) == diff(last, shown)


def test_hidden_reset_with_a_full_buffer_is_only_suspected() -> None:
    for last in range(6, 256):
        delta = diff(last, buffer_after(5, 5))
        expected = Reset.SUSPECTED if distance(last, 5) > 5 else Reset.NONE
        assert delta.reset is expected


@pytest.mark.parametrize("dummy", [BufferEntry(0, 0), BufferEntry(0, 2)])
def test_dummy_first_event_is_no_money(dummy: BufferEntry) -> None:
    shown = CreditBuffer(1, (dummy, *[BufferEntry(0, 0)] * 4))
    delta = diff(0, shown)
    assert delta.entries == (dummy,)
    assert not any(entry.is_credit for entry in delta.entries)


def test_first_coin_after_power_up_is_credited() -> None:
    assert diff(0, buffer_after(1, 1)).entries == (BufferEntry(1, 1),)


def test_advance_skips_zero() -> None:
    assert [advance(254, n) for n in range(4)] == [254, 255, 1, 2]
    assert advance(0, 1) == 1
