from dataclasses import replace

import numpy as np
import pytest
import torch

from core.embedding.frontend import N_MELS, SAMPLE_RATE_HZ, log_mel
from core.embedding.training.augment import (
    Strength,
    augmented,
    band_limited,
    compressed,
    equalised,
    holed,
    noisy,
    sung_over,
    warped,
)
from core.embedding.windows import levels

STILL = Strength(
    pitch_semitones=0.0,
    stretch=0.0,
    eq_db=0.0,
    noise_share=0.0,
    band_share=0.0,
    voice_share=0.0,
    holes=0,
)


@pytest.fixture
def random():
    return torch.Generator().manual_seed(3)


@pytest.fixture
def windows():
    made = np.random.default_rng(4).normal(-9.0, 2.0, (6, N_MELS, 60))
    return torch.from_numpy(made.astype(np.float32))


def test_no_strength_changes_nothing(windows, random):
    torch.testing.assert_close(
        warped(windows, 50, strength=STILL, random=random), windows[:, :, :50], atol=1e-3, rtol=0
    )
    for change in (equalised, noisy, band_limited, holed):
        torch.testing.assert_close(change(windows, strength=STILL, random=random), windows)


def test_a_seed_fixes_what_happens(windows):
    def twice():
        random = torch.Generator().manual_seed(9)
        return augmented(windows, 40, voices=windows.flip(0), strength=Strength(), random=random)

    first = twice()
    assert first.shape == (6, N_MELS, 40)
    assert torch.isfinite(first).all()
    torch.testing.assert_close(first, twice())


def test_nothing_is_changed_in_place(windows, random):
    before = windows.clone()
    augmented(windows, 40, voices=windows, strength=Strength(), random=random)
    torch.testing.assert_close(windows, before)


def test_pitch_moves_a_tone_as_playing_it_higher_does():
    time_s = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ

    def band(hz):
        return log_mel(np.sin(2 * np.pi * hz * time_s).astype(np.float32)).mean(axis=1)

    tone = torch.from_numpy(np.tile(band(3000.0)[None, :, None], (40, 1, 50)))
    moved = warped(
        tone,
        10,
        strength=replace(STILL, pitch_semitones=2.0),
        random=torch.Generator().manual_seed(0),
    )
    heard = set(moved[:, :, 0].argmax(dim=1).tolist())
    lowest, highest = (int(band(3000.0 * 2 ** (s / 12)).argmax()) for s in (-2, 2))
    assert min(heard) >= lowest - 1
    assert max(heard) <= highest + 1
    assert max(heard) - min(heard) > (highest - lowest) // 2


def test_tempo_moves_moments():
    ramp = torch.arange(100.0).expand(30, N_MELS, 100)
    moved = warped(
        ramp, 50, strength=replace(STILL, stretch=0.2), random=torch.Generator().manual_seed(0)
    )
    speeds = moved[:, 0, 49] / 49.0
    assert 1 / 1.2 - 1e-3 <= float(speeds.min()) < 0.9
    assert 1.1 < float(speeds.max()) <= 1.2 + 1e-3


def test_noise_lies_under_the_sound_at_its_distance(random):
    loud = torch.full((4, N_MELS, 400), -30.0)
    loud[:, 20] = 0.0
    strength = replace(STILL, noise_share=1.0, noise_snr_db=(20.0, 20.0))
    changed = noisy(loud, strength=strength, random=random)
    rest = torch.cat([changed[:, :20], changed[:, 21:]], dim=1)
    snr_db = 10 * (levels(loud) - levels(rest)) / np.log(10.0)
    assert float(snr_db.mean()) == pytest.approx(20.0, abs=4.0)


def test_a_voice_is_heard_and_can_be_taken_off(windows, random):
    low, high = windows.clone(), windows.clone()
    low[:, 40:], high[:, :40] = -25.0, -25.0
    strength = replace(STILL, voice_share=1.0, voice_db=(0.0, 0.0), unmixed_share=0.0)
    mixed = sung_over(low, high, strength=strength, random=random)
    assert float((mixed[:, 40:] - low[:, 40:]).mean()) > 10.0
    parted = sung_over(low, high, strength=replace(strength, unmixed_share=1.0), random=random)
    assert float((parted[:, :40] - low[:, :40]).abs().mean()) < 0.1
    assert float((mixed[:, 40:] - parted[:, 40:]).mean()) > 5.0


def test_compression_moves_levels_together(random):
    steps = torch.full((200, N_MELS, 20), -10.0)
    steps[:, :, 10:] = -4.0
    squeezed = compressed(steps, strength=replace(STILL, squeeze=0.4), random=random)
    movement = squeezed[:, 0, -1] - squeezed[:, 0, 0]
    assert (
        6.0 * 0.6 - 1e-3 <= float(movement.min()) < 6.0 < float(movement.max()) <= 6.0 * 1.2 + 1e-3
    )


def test_band_limits_take_the_top_and_leave_the_middle(windows, random):
    changed = band_limited(windows, strength=replace(STILL, band_share=1.0), random=random)
    torch.testing.assert_close(changed[:, 10:47], windows[:, 10:47])
    assert bool((changed[:, -1] < windows[:, -1] - 10.0).any())


def test_holes_are_few(windows, random):
    changed = holed(windows, strength=replace(STILL, holes=1), random=random)
    share = float((changed != windows).float().mean())
    assert 0.0 < share < 0.5
