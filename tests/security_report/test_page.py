"""The report's page: text is text, a picture has words, nothing is loaded from elsewhere."""

import re

from PIL import Image

from tests.security_report import __main__ as report
from tests.security_report.page import STYLE, figure, table


def test_what_a_cell_says_is_text() -> None:
    assert "&lt;b&gt;" in table(("<b>",), [("a & b",)])
    assert "a &amp; b" in table(("<b>",), [("a & b",)])


def test_every_picture_has_words() -> None:
    made = figure(Image.new("L", (2, 2)), 'a "front"')
    assert 'alt="a &quot;front&quot;"' in made
    assert "<figcaption>" in made


def test_the_head_leads_to_every_part_and_says_what_each_mark_is_for() -> None:
    made = report._head(["Print file"]) + report._limits()
    links = re.findall(r'href="#([^"]+)"', made)
    assert set(links) == {"print-file", "limits"}
    assert 'id="limits"' in made
    for job in ("deters", "is what was issued", "is an original"):
        assert job in made
    assert "simulation" in made
    assert "http" not in STYLE + made
