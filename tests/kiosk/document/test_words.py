"""Check 12: what the page itself says, against what was applied for."""

from dataclasses import replace

import pytest

from crypto.errors import CheckFailed
from kiosk.document.content import check_content
from kiosk.document.glyphs import Reference, find
from kiosk.document.job import Job
from kiosk.document.words import check_two_readers, check_words, is_individual_number
from tests.kiosk.centre_at_work import CentreAtWork
from tests.kiosk.document.papers import (
    LINES,
    PERSON,
    STAMP,
    TITLE,
    Lines,
    Press,
    changed,
    person,
)

pytestmark = pytest.mark.daemon

REFERENCE = Reference(find())
HEAD = ("household_head",)
DOMICILE = ("domicile",)
FOREIGN = (
    *PERSON[:4], "国籍・地域|【省略】", "在留資格|【省略】", "在留期間等|【省略】",
    "個人番号|【省略】", "在留カード等の番号|【省略】", "住民票コード|【省略】",
)  # fmt: skip


@pytest.fixture(scope="module")
def press(running_work: CentreAtWork) -> Press:
    return Press(running_work.state)


def said(press: Press, lines: Lines, pages: int = 1, **changes: object) -> str:
    """The failure, "" when nothing is wrong."""
    job: Job = press.job(press.paper(lines, replace(STAMP, pages=pages)), pages=pages, **changes)
    content = check_content(job.document, pages, REFERENCE)
    try:
        check_two_readers(job.document, content.runs)
        check_words(content.runs, job)
    except CheckFailed as failed:
        return failed.failure
    return ""


def test_the_form_as_it_was_applied_for(press: Press) -> None:
    assert said(press, LINES) == ""
    assert said(press, LINES, pages=2) == ""
    assert said(press, (*TITLE, *FOREIGN)) == ""


class TestAnotherPerson:
    def test_another_s_picture_under_our_stamp(self, press: Press) -> None:
        assert said(press, (*TITLE, *person("見本　太郎"))) == "text.other_person"

    def test_another_variant_of_the_same_character_is_another_name(self, press: Press) -> None:
        drawn_name, other = (f"辻{chr(0xE0100 + n)}本　花子" for n in (2, 3))
        lines = changed(氏名=drawn_name)
        assert said(press, lines, names=(("ref-1", other),)) == "text.other_person"
        assert said(press, lines, names=(("ref-1", drawn_name),)) == ""

    def test_our_name_somewhere_but_not_as_the_name(self, press: Press) -> None:
        lines = changed(氏名="見本　太郎", 住所="見本県見本市見本　花子方")
        assert said(press, lines) == "text.other_person"

    def test_one_of_two_is_missing(self, press: Press) -> None:
        both = ("ref-1", "ref-2")
        assert said(press, LINES, persons=both) == "text.other_person"
        assert said(press, (*LINES, *person("見本　太郎")), persons=both) == ""

    def test_the_same_person_twice_is_not_two(self, press: Press) -> None:
        lines = (*LINES, *PERSON)
        assert said(press, lines, persons=("ref-1", "ref-2")) == "text.other_person"

    def test_two_of_one_name(self, press: Press) -> None:
        names = (("ref-1", "見本　花子"), ("ref-2", "見本　花子"))
        both = ("ref-1", "ref-2")
        assert said(press, LINES, names=names, persons=both) == "text.other_person"
        assert said(press, (*LINES, *PERSON), names=names, persons=both) == ""

    def test_nobody_s_name_is_no_name(self, press: Press) -> None:
        assert said(press, changed(氏名="　"), names=(("ref-1", ""),)) == "text.other_person"
        assert said(press, LINES, names=()) == "text.other_person"


class TestMorePeople:
    def test_a_member_who_was_not_chosen(self, press: Press) -> None:
        assert said(press, (*LINES, *person("見本　太郎"))) == "text.discloses_more"

    def test_nor_where_the_head_may_be_named(self, press: Press) -> None:
        lines = (*changed(世帯主="見本　太郎", 続柄="妻"), *person("見本　太郎"))
        assert said(press, lines, options=HEAD) == "text.discloses_more"

    def test_a_stranger_beside_ours(self, press: Press) -> None:
        assert said(press, (*LINES, *person("外　一郎"))) == "text.discloses_more"

    def test_a_member_named_in_passing(self, press: Press) -> None:
        assert said(press, changed(住所="見本　太郎方")) == "text.discloses_more"
        assert said(press, (*LINES, "備考　見本　太郎と同居")) == "text.discloses_more"

    @pytest.mark.parametrize("name", ["見本・太郎", "見本(太郎)", "見.本.太.郎"])
    def test_a_member_named_in_another_way(self, press: Press, name: str) -> None:
        assert said(press, (*LINES, name)) == "text.discloses_more"

    def test_members_that_differ_by_a_kanji_digit(self, press: Press) -> None:
        names = (("ref-1", "見本　一郎"), ("ref-2", "見本　三郎"))
        lines = changed(氏名="見本　一郎")
        assert said(press, lines, names=names) == ""
        assert said(press, (*lines, "見本三郎"), names=names) == "text.discloses_more"

    def test_a_name_that_is_part_of_ours_is_nobody_else_s(self, press: Press) -> None:
        names = (("ref-1", "見本　花子"), ("ref-2", "本　花"))
        assert said(press, LINES, names=names) == ""

    def test_the_head_where_that_was_chosen(self, press: Press) -> None:
        lines = changed(世帯主="見本　太郎", 続柄="妻")
        assert said(press, lines, options=HEAD) == ""
        assert said(press, lines) == "text.discloses_more"

    def test_but_nobody_else_of_the_household(self, press: Press) -> None:
        members = (("ref-1", "見本　花子"), ("ref-2", "見本　太郎"), ("ref-3", "見本　一郎"))
        lines = (*changed(世帯主="見本　太郎", 続柄="妻"), "見本　一郎")
        assert said(press, lines, options=HEAD, names=members) == "text.discloses_more"


class TestMoreItems:
    @pytest.mark.parametrize(
        ("label", "option"),
        [
            ("世帯主", HEAD), ("続柄", HEAD), ("本籍", DOMICILE), ("筆頭者", DOMICILE),
            ("個人番号", ("individual_number",)),
        ],
    )  # fmt: skip
    def test_what_was_not_chosen_is_left_out(
        self, press: Press, label: str, option: tuple[str, ...]
    ) -> None:
        lines = changed(**{label: "甲乙"})
        assert said(press, lines) == "text.discloses_more"
        assert said(press, lines, options=option) == ""

    @pytest.mark.parametrize(
        "label", ["国籍・地域", "在留資格", "在留期間等", "在留カード等の番号"]
    )
    def test_nor_of_a_foreign_resident(self, press: Press, label: str) -> None:
        lines = tuple(f"{label}|甲乙" if one.startswith(label) else one for one in FOREIGN)
        assert said(press, (*TITLE, *lines)) == "text.discloses_more"
        assert said(press, (*TITLE, *lines), options=DOMICILE) == ""

    def test_the_resident_code_is_never_shown(self, press: Press) -> None:
        everything = (*DOMICILE, *HEAD, "individual_number")
        lines = changed(住民票コード="甲乙")
        assert said(press, lines, options=everything) == "text.discloses_more"

    def test_something_beside_the_words_for_left_out(self, press: Press) -> None:
        assert said(press, changed(本籍="【省略】甲")) == "text.discloses_more"
        assert said(press, changed(本籍="【省略】|甲")) == "text.discloses_more"
        assert said(press, changed(本籍="")) == "text.discloses_more"

    def test_a_label_that_hides_behind_another_one(self, press: Press) -> None:
        """What stands in a value's place is a value, whatever it reads like."""
        lines = (*TITLE, *PERSON[:3], "続柄|本　籍|甲乙", *PERSON[4:])
        assert said(press, lines) == "text.discloses_more"
        assert said(press, changed(続柄="世帯主", 世帯主="見本　花子"), options=HEAD) == ""

    def test_an_item_without_its_label_or_twice(self, press: Press) -> None:
        without = tuple(line for line in LINES if not line.startswith("個人番号"))
        assert said(press, without) == "text.discloses_more"
        assert said(press, (*LINES, "個人番号|【省略】")) == "text.discloses_more"
        assert said(press, (*LINES, "生年月日|昭和１年１月１日")) == "text.discloses_more"

    @pytest.mark.parametrize(
        "line",
        ["本籍地|甲乙", "筆頭者：甲乙", "本　籍　甲乙", "本・籍|甲乙", "戸籍の筆頭者は甲乙",
         "本|籍|甲乙", "住民票コード 12345678901"],
    )  # fmt: skip
    def test_an_item_under_words_of_its_own(self, press: Press, line: str) -> None:
        assert said(press, (*LINES, line)) == "text.discloses_more"

    def test_another_form(self, press: Press) -> None:
        assert said(press, LINES, certificate="seal_registration") == "text.discloses_more"
        assert said(press, LINES, certificate="tax") == "text.discloses_more"
        assert said(press, ("印鑑登録証明書", *LINES[1:])) == "text.discloses_more"
        seal = ("印鑑登録証明書", *PERSON[:3], TITLE[1])
        assert said(press, seal, certificate="seal_registration") == ""
        assert said(press, seal) == "text.discloses_more"


class TestNumbers:
    @pytest.mark.parametrize(
        "digits", ["123456789018", "１２３４５６７８９０１８", "1234 5678 9018"]
    )
    def test_an_individual_number_nobody_asked_for(self, press: Press, digits: str) -> None:
        assert is_individual_number("123456789018")
        assert said(press, (*LINES, f"番号　{digits}")) == "text.discloses_more"

    @pytest.mark.parametrize(
        "lines",
        [
            ("1234-5678-9018",), ("1234・5678・9018",), ("1234|5678|9018",),
            ("番号1234", "56789018"),
            ("一二三四五六七八九〇一八",), ("令和7 123456789018",), ("1234567890181",),
            ("①②③④⑤⑥⑦⑧⑨０1８",), ("1234", "5678", "9018"), ("12_34/56:78.90~18",),
        ],
    )  # fmt: skip
    def test_whatever_stands_between_its_digits(self, press: Press, lines: Lines) -> None:
        assert said(press, (*LINES, *lines)) == "text.discloses_more"

    def test_letters_part_numbers(self, press: Press) -> None:
        assert said(press, (*LINES, "1234年5678月9018日", "AB12345678CD9018")) == ""

    def test_another_number_below_does_not_hide_it(self, press: Press) -> None:
        assert said(press, (*LINES, "123456789018", "2024年")) == "text.discloses_more"

    def test_asked_for_it_may_stand_there(self, press: Press) -> None:
        lines = changed(個人番号="123456789018")
        assert said(press, lines, options=("individual_number",)) == ""

    def test_twelve_digits_that_are_no_such_number(self, press: Press) -> None:
        assert said(press, (*LINES, "番号　123456789012")) == ""


class TestBirthday:
    def test_another_one(self, press: Press) -> None:
        assert said(press, LINES, birthday="1104") == "text.birthday_differs"
        assert said(press, LINES, birthday="0103") == "text.birthday_differs"

    def test_ours_behind_another_name(self, press: Press) -> None:
        lines = (
            *changed(生年月日="昭和５３年４月１５日"), *person("見本　太郎", "昭和５５年１１月３日")
        )  # fmt: skip
        assert said(press, lines, persons=("ref-1", "ref-2")) == "text.birthday_differs"

    def test_who_is_not_on_it_has_none_there(self, press: Press) -> None:
        lines = (*TITLE, *person("見本　太郎"))
        assert said(press, lines, persons=("ref-2",)) == ""
