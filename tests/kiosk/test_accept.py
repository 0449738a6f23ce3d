"""The table of demands: whole, honest, and pointing at what exists."""

from pathlib import Path

import pytest

from kiosk import accept
from kiosk.accept import (
    ROOT,
    CouldNotRun,
    Demand,
    Malformed,
    demands,
    lines,
    main,
    run_tests,
    verdict,
)

ALL = tuple(demands())


def test_every_demand_is_said_once() -> None:
    says = [demand.says for demand in ALL]
    assert len(says) == len(set(says))
    assert len(says) > 50


@pytest.mark.parametrize("test", sorted({test for demand in ALL for test in demand.tests}))
def test_what_shows_a_demand_exists(test: str) -> None:
    path, _, name = test.partition("::")
    assert (ROOT / path).exists()
    if name:
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")
    else:
        files = [ROOT / path] if path.endswith(".py") else (ROOT / path).rglob("test_*.py")
        assert any("def test_" in file.read_text(encoding="utf-8") for file in files)


@pytest.mark.parametrize("page", sorted({page for demand in ALL for page in demand.look}))
def test_what_was_looked_at_exists(page: str) -> None:
    assert (ROOT / page).exists()


def test_an_open_demand_says_so_on_paper() -> None:
    printed = list(lines(Demand("Part", "It flies.", tests=("a", "b"), open="It has no wings.")))
    assert printed[-1] == "    OPEN       It has no wings."
    assert "python -m pytest a b" in printed[1]


def test_a_demand_that_nothing_shows_and_an_unknown_key_are_refused(tmp_path: Path) -> None:
    table = tmp_path / "table.toml"
    for body, words in (('says = "x"', "nothing shows: x"), ('says = "x"\nshow = 1', "show")):
        table.write_text(f'[[part]]\nname = "P"\n[[part.demand]]\n{body}\n')
        with pytest.raises(Malformed, match=words):
            list(demands(table))


def test_running_says_what_came_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accept, "ROOT", tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n daemon: d\n slow: s\n")
    (tmp_path / "test_a.py").write_text(
        "import pytest\n"
        "@pytest.mark.parametrize('n', [1, 2])\ndef test_yes(n): pass\n"
        "def test_no(): assert 0\n"
        "def test_yes_but_another(): assert 0\n"
    )
    (tmp_path / "test_b.py").write_text("import pytest\n@pytest.mark.daemon\ndef test_d(): pass\n")
    quick = run_tests(("test_a.py", "test_b.py"), everything=False)
    assert set(quick.values()) == {"PASSED", "FAILED"}

    def said(*tests: str, by: dict[str, str] = quick) -> str:
        return verdict(Demand("P", "x", tests=tests), by)

    assert said("test_a.py::test_yes") == "passed"
    assert said("test_a.py::test_no") == "FAILED"
    assert said("test_a.py") == "FAILED"
    assert said("test_b.py").startswith("not run: its tests start daemons")
    assert said("test_a.py::test_yes", "test_b.py").startswith("passed in part")
    assert said() == "not run: see it by hand"
    everything = run_tests(("test_b.py",), everything=True)
    assert said("test_b.py", by=everything) == "passed"


def test_a_test_that_is_not_there_is_no_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accept, "ROOT", tmp_path)
    with pytest.raises(CouldNotRun, match="not found"):
        run_tests(("test_nowhere.py",), everything=True)


def test_the_whole_table_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    said = capsys.readouterr().out
    assert all(f"- {demand.says}\n" in said for demand in ALL)
    assert f"{len(ALL)} demands, {sum(bool(d.open) for d in ALL)} with something open." in said
