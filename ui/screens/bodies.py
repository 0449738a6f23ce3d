"""Which builder draws which kind of body. No wire, no clock."""

from collections.abc import Callable
from typing import Any

from ui.drafting import Draft
from ui.model import Choose, Digits, Notice, Pay, Progress, Review, Screen, Stepper, Switches
from ui.screens.choose import choose_stack
from ui.screens.digits import digits_stack
from ui.screens.notice import notice_stack, progress_stack
from ui.screens.pay import pay_stack
from ui.screens.review import review_stack
from ui.screens.stepper import stepper_stack
from ui.screens.switches import switches_stack
from ui.stack import Stack

_BUILDERS: dict[type, Callable[[Draft, Any], Stack]] = {
    Choose: choose_stack,
    Switches: switches_stack,
    Digits: digits_stack,
    Stepper: stepper_stack,
    Review: review_stack,
    Pay: pay_stack,
}


def build_stack(draft: Draft, screen: Screen) -> Stack:
    """The screen's body as a stack of pieces, measured but not yet drawn."""
    body = screen.body
    if isinstance(body, Notice):
        return notice_stack(draft, screen, body)
    if isinstance(body, Progress):
        return progress_stack(draft, screen, body)
    return _BUILDERS[type(body)](draft, body)
