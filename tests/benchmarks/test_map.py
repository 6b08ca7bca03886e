"""The benchmark of the map does what it says it measures."""

import numpy as np
import pytest

from benchmarks import map as bench


def test_a_layout_keeps_far_more_neighbours_than_chance() -> None:
    row = bench._layout_row(300)
    assert row[0] == "300"
    kept, chance = (float(cell.removesuffix(" %")) for cell in row[-2:])
    assert kept > 5 * chance


def test_every_gesture_is_timed_on_the_real_widget(qtbot, monkeypatch) -> None:
    monkeypatch.setattr(bench, "FRAMES", 20)
    shown = []
    made = bench._plot

    def plot(count: int):
        shown.append(made(count))
        qtbot.addWidget(shown[0])
        return shown[0]

    monkeypatch.setattr(bench, "_plot", plot)
    frames = bench._frames(300)
    assert [len(times) for _, times in frames] == [20, 20, 20, 2, 2]
    assert all(time > 0 for _, times in frames for time in times)
    assert shown[0]._presenter.listed.any()
    page = bench._page([("300", "1", "1", "1", "1 %", "1 %")], frames)
    assert page.count("| pan by one step") == 1


def test_flocks_are_of_length_one() -> None:
    lengths = np.linalg.norm(bench.flocks(50), axis=1)
    assert lengths == pytest.approx(np.ones(50), abs=1e-5)
