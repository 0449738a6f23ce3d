"""What the decoder does before its doors close: all that a damaged page needs is loaded then."""

import pytest

from center.antiforgery.scramble import ldpc
from center.inquiry.rehearsal import rehearse


def test_the_rehearsed_block_has_errors_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    """Code that is first needed behind closed doors can be compiled no more: the decoder dies."""
    mended = list[int]()
    passing = ldpc._message_passing

    def noted(*given: object) -> int:
        left = int(passing(*given))
        mended.append(left)
        return left

    monkeypatch.setattr(ldpc, "_message_passing", noted)
    rehearse()
    assert mended
    assert not any(mended)
