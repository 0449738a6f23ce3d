"""Reports to the centre: what each visit came to, told once in effect, whatever dies in between.

Actions of the table in `kiosk.settle.rules`. Pure; no wire, no clock.
"""

import hashlib
from dataclasses import replace

from kiosk.link import values as link
from kiosk.settle import commands as c
from kiosk.settle import happened as h
from kiosk.settle.draft import Done, Draft
from kiosk.settle.model import Settlement


def report(model: Settlement, event: link.Report) -> Done:
    """The visit's own words: keep them until the centre has them."""
    return _queued(Draft(model), _digest(event.body), event.body).set(reported=True).step()


def composed(model: Settlement, event: h.OutcomeComposed) -> Done:
    """The supervisor's words for a visit that has none: keep them likewise."""
    draft, digest = Draft(model), _digest(event.body)
    due = model.memory.reports.of_visit(event.visit)
    if due is not None:
        draft.enter(replace(due, digest=digest).entry())
    return _queued(draft, digest, event.body).step()


def report_sent(model: Settlement, event: h.ReportSent) -> Done:
    """The centre has it: its file may go when that is written down."""
    draft = Draft(model).write("report.sent", digest=event.digest)
    return draft.do(c.DropReport(event.digest)).step()


def report_refused(model: Settlement, event: h.ReportRefused) -> Done:
    """It is kept for staff to look at, and not sent again."""
    draft = Draft(model)
    return draft.write("report.refused", digest=event.digest, failure=event.failure).step()


def told_by_visit(draft: Draft, outcome: str, failure: str) -> Draft:
    """The visit ends and has reported: what it said is written down, should the file be lost."""
    due = draft.model.memory.reports.ended(outcome, failure)
    return draft if due is None else draft.enter(due.entry())


def told_for_visit(draft: Draft, failure: str) -> Draft:
    """The visit is dead: write down what it came to; say it unless it has itself."""
    if not draft.model.memory.reports.settled:
        return draft
    due = draft.model.memory.reports.ended("failed", failure)
    if due is None:
        return draft
    draft.enter(due.entry())
    return draft if draft.model.reported else draft.do(c.ComposeOutcome(due))


def told_again(draft: Draft, kept: frozenset[str]) -> Draft:
    """The last run died before the outbox had what the journal says was to be told."""
    memory = draft.model.memory
    # Of a visit that has not ended yet more will be known when it is settled.
    lost = (due for due in memory.reports.lost(kept) if due.visit != memory.visit)
    return draft.do(*(c.ComposeOutcome(due) for due in lost))


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _queued(draft: Draft, digest: str, body: bytes) -> Draft:
    return draft.write("report.queued", digest=digest).do(c.QueueReport(digest, body))
