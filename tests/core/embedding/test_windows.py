import numpy as np
import pytest
import torch

from core.embedding.frontend import FRAMES_PER_S, N_MELS, log_mel
from core.embedding.windows import WINDOW_FRAMES, cut, levelled, levels


def counting(n_frames):
    """Return frames whose every band counts the frames."""
    return np.tile(np.arange(n_frames, dtype=np.float32), (N_MELS, 1))


def test_windows_lie_side_by_side_and_the_last_ends_with_the_song():
    windows, starts_s = cut(counting(1000))
    assert windows[:, 0, 0].tolist() == [0, WINDOW_FRAMES, 1000 - WINDOW_FRAMES]
    assert windows[-1, 0, -1] == 999
    np.testing.assert_allclose(starts_s, windows[:, 0, 0] / FRAMES_PER_S, rtol=1e-6)


def test_a_song_of_whole_windows_has_no_extra_one():
    assert cut(counting(2 * WINDOW_FRAMES))[0].shape == (2, N_MELS, WINDOW_FRAMES)


def test_short_sound_is_repeated():
    windows, starts_s = cut(counting(100))
    assert windows.shape == (1, N_MELS, WINDOW_FRAMES)
    assert windows[0, 0, :201].tolist() == [*range(100), *range(100), 0]
    assert starts_s.tolist() == [0.0]


def test_no_frames_give_no_window():
    assert len(cut(counting(0))[0]) == 0


def test_level_is_the_mean_square():
    noise = np.random.default_rng(1).standard_normal(100_000).astype(np.float32) * np.float32(0.1)
    level = levels(torch.from_numpy(log_mel(noise))[None])
    assert float(level) == pytest.approx(np.log(0.01), abs=0.05)


def test_levelled_windows_do_not_know_the_gain():
    frames = torch.from_numpy(np.random.default_rng(2).normal(-9, 2, (1, N_MELS, 50)))
    torch.testing.assert_close(levelled(frames), levelled(frames - 4.0))
    assert float(levelled(frames).min()) >= 0.0
