import numpy as np
import pytest
import torch

from core.embedding.pool import unit
from core.embedding.training.data import TrainingSong
from core.embedding.training.score import own_song, ranked_scores, song_windows
from tests.core.embedding.training.songs import song


def test_two_clean_heaps_score_one():
    around = np.repeat(np.eye(2, dtype=np.float32), 11, axis=0)
    vectors = unit(around + np.random.default_rng(0).normal(0, 0.01, around.shape))
    scores = ranked_scores(vectors @ vectors.T, ["a"] * 11 + ["b"] * 11)
    assert scores["p_at_10"].mean() == scores["map"].mean() == 1.0


def test_average_precision_is_the_textbooks():
    likeness = np.array([[0, 3, 2, 1], [3, 0, 2, 1], [2, 1, 0, 3], [1, 2, 3, 0]], dtype=np.float32)
    # Song 0 ranks 1 (b), 2 (a), 3 (a): precisions 1/2 and 2/3.
    assert ranked_scores(likeness, ["a", "b", "a", "a"])["map"][0] == pytest.approx(7 / 12)


def test_likeness_to_oneself_does_not_count():
    likeness = np.array([[9, 1, 2], [1, 9, 0], [2, 0, 9]], dtype=np.float32)
    assert ranked_scores(likeness, ["a", "a", "b"])["map"][0] == pytest.approx(0.5)


def test_windows_are_spread_over_the_song_and_silence_is_left_out():
    long, silent = song("a", 1, seconds=100.0), song("b", 2, seconds=40.0)
    silent = TrainingSong("b", "silent", np.full_like(silent.frames, -27.0))
    windows = song_windows([long, silent], at_most=4)
    assert windows.songs.tolist() == [0] * 4
    assert windows.soundtracks == ("a", "b")


def test_own_song_counts_windows_whose_nearest_is_of_their_song():
    vectors = torch.nn.functional.normalize(torch.tensor([[1.0, 0.1], [1.0, 0.0], [0.0, 1.0]]))
    assert own_song(vectors, torch.tensor([0, 0, 1])) == pytest.approx(2 / 3)
