"""What the sample screens say, and what of it bystanders may hear."""

from tests.ui import samples
from ui import clips
from ui.model import Screen
from ui.speaker import Clips
from ui.tones import RATE_HZ, TONES
from ui.tones import samples as tone_samples
from ui.voice import aloud, headline, script


def said(screen: Screen, *, loud: bool = False) -> list[str]:
    utterances = script(screen, samples.catalogue("ja"))
    return [u.said for u in (aloud(utterances) if loud else utterances)]


def test_a_choice_tells_where_i_am_what_there_is_and_what_the_keys_do() -> None:
    heard = said(samples.CERTIFICATE)
    assert heard[0] == "全部で6のうち、3"
    assert "3個の中から選べます" in heard
    assert heard[heard.index("住民票の写し") + 2] == "選択中"
    assert any("シャープ" in sentence for sentence in heard)
    assert heard[-1] == "確定する"


def test_a_name_is_a_number_on_the_loudspeaker() -> None:
    assert "見本 太郎" in said(samples.MEMBERS)
    loud = said(samples.MEMBERS, loud=True)
    assert "見本 太郎" not in loud
    assert "1人目" in loud
    loud = said(samples.CHECK, loud=True)
    assert "見本 花子" not in loud
    assert "2人目" in loud


def test_the_pin_is_counted_and_never_said() -> None:
    assert "2けた入力しました" in said(samples.PIN)
    assert not any(sentence.isdigit() for sentence in said(samples.PIN))


def test_a_question_is_what_is_said_while_it_lies_over_the_screen() -> None:
    heard = said(samples.TIME)
    assert heard[0] == "つづけますか"
    assert "あと27秒" in heard
    assert not any("見本" in sentence for sentence in heard)


def test_amounts_are_said_with_what_they_are() -> None:
    heard = said(samples.PAY)
    assert heard[heard.index("あと") + 1] == "100円"


def test_every_sample_has_a_script() -> None:
    for screen in samples.SAMPLES:
        assert said(screen, loud=True), screen.id


def test_only_a_title_without_fields_has_a_clip() -> None:
    assert headline(samples.TAKE) == "sample.take.title"
    assert headline(samples.TIME) == "sample.time.title"


def test_an_utterance_hides_its_words() -> None:
    assert "見本" not in repr(script(samples.MEMBERS, samples.catalogue("ja")))


def test_no_clip_is_missing_or_stale() -> None:
    """Run `python -m ui.clips` on a build host after changing a title."""
    assert clips.stale() == []


def test_clips_are_found_by_language_and_key() -> None:
    found = Clips().find("ja", "screen.take_paper.title")
    assert found is not None
    assert found.read_bytes()[:4] == b"OggS"
    assert Clips().find("ko", "screen.take_paper.title") is None
    assert Clips().find("ja", "screen.nowhere.title") is None


def test_tones_are_soft_and_never_clip() -> None:
    for name, notes in TONES.items():
        made = tone_samples(notes)
        assert len(made) == sum(round(note.seconds * RATE_HZ) for note in notes), name
        assert max(map(abs, made)) < 32_767, name
        assert abs(made[0]) < 50, name
        assert abs(made[-1]) < 4_000, name
    loudest = {name: max(map(abs, tone_samples(notes))) for name, notes in TONES.items()}
    assert max(loudest, key=lambda name: loudest[name]) == "alarm"
