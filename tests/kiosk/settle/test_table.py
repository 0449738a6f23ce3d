"""The structure of the supervisor's table: nothing is unheard, no state is a trap."""

import pytest

from kiosk.journal.entries import KINDS
from kiosk.settle.model import PHASES, State
from kiosk.settle.rules import EVENTS, TABLE


def test_every_state_answers_every_event() -> None:
    assert TABLE.deaf(State, EVENTS) == ()
    assert len(EVENTS) > 35


def test_every_state_is_reachable() -> None:
    assert TABLE.reachable(State.BOOT) == set(State)


def test_every_state_leads_back_to_idle_but_the_broken_journal() -> None:
    """BROKEN is left by a new start only: nothing can be written that would undo it."""
    assert set(State) - TABLE.leavable(State.IDLE) == {State.BROKEN}


def test_every_state_says_what_is_at_stake() -> None:
    assert set(PHASES) == set(State)


@pytest.mark.parametrize("rule", TABLE.rules, ids=lambda r: f"{r.event.__name__}-{r.do.__name__}")
def test_every_action_and_guard_has_a_name_and_a_promise(rule: object) -> None:
    for part in (rule.do, rule.when):  # type: ignore[attr-defined]
        if part is not None:
            assert part.__name__ != "<lambda>"
            assert part.__doc__


def test_every_kind_the_table_writes_is_in_the_vocabulary() -> None:
    import re
    from pathlib import Path

    import kiosk.settle

    sources = Path(kiosk.settle.__path__[0]).glob("*.py")
    text = "".join(path.read_text() for path in sources)
    written = set(re.findall(r'\.write\(\s*"([a-z_.]+)"', text))
    assert len(written) > 20
    assert written <= set(KINDS)
