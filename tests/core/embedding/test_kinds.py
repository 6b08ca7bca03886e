import json
import shutil
import subprocess

import numpy as np
import pytest

from core.audio.decode import read
from core.audio.signal import mono_22k
from core.embedding import kinds
from core.embedding.frontend import SAMPLE_RATE_HZ, log_mel
from core.embedding.kinds import MEASURES, MOST_WINDOWS, SURE, audible, judged, kind_of, measures
from core.errors import WeightsError, WeightsProblem
from core.progress import Progress
from core.types import SoundKind
from tests.core.embedding.sounds import progression

SECONDS = 40
TEXT = """Nobody had told the keeper of the lighthouse that the ship was late. He filled the lamp,
wound the clock, and wrote one line into his book. Later, when the wind had turned, he heard a bell.
It was far away, and it rang only twice. What would you have done? He took his coat, went down the
stairs, and counted them, as he did every night: there were two hundred and eleven. The sea was
grey, the boat was wet, and somebody had taken the oars."""


def noise(seed, *, darkness=0.0):
    """Noise whose power falls with the frequency."""
    random = np.random.default_rng(seed)
    spectrum = np.fft.rfft(random.standard_normal(SECONDS * SAMPLE_RATE_HZ))
    spectrum[1:] /= np.arange(1, len(spectrum)) ** (darkness / 2)
    sound = np.fft.irfft(spectrum)
    return (0.1 * sound / sound.std()).astype(np.float32)


def music():
    return progression([1, -10, 6, 8], beats=2 * SECONDS, beat_s=0.5)


def test_silence_and_the_hum_of_an_open_line_are_silence():
    silence = np.zeros(SECONDS * SAMPLE_RATE_HZ, np.float32)
    hum = 3e-4 * np.sin(2 * np.pi * 50.0 * np.arange(len(silence)) / SAMPLE_RATE_HZ)
    assert kind_of(log_mel(silence)) is SoundKind.SILENCE
    assert kind_of(log_mel(hum.astype(np.float32))) is SoundKind.SILENCE
    assert kind_of(log_mel(np.zeros(10, np.float32))) is SoundKind.SILENCE


@pytest.mark.parametrize("darkness", [0.0, 1.0, 2.0])
def test_noise_of_any_colour_is_noise(darkness):
    assert kind_of(log_mel(noise(1, darkness=darkness))) is SoundKind.NOISE


def test_music_is_music_however_loud_and_with_noise_under_it():
    sound = music()
    assert kind_of(log_mel(sound)) is SoundKind.MUSIC
    assert kind_of(log_mel(0.01 * sound)) is SoundKind.MUSIC
    under = sound.std() * noise(2)  # 20 dB below
    assert kind_of(log_mel(sound + under[: len(sound)])) is SoundKind.MUSIC


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="needs espeak-ng")
@pytest.mark.parametrize("voice", ["en-us+f3", "de+m3", "fr-fr"])
def test_speech_is_speech(tmp_path, voice):
    path = tmp_path / "speech.wav"
    subprocess.run(["espeak-ng", "-v", voice, "-w", str(path), TEXT], check=True)
    sound = mono_22k(read(path, progress=Progress()))
    assert kind_of(log_mel(sound)) is SoundKind.SPEECH


def test_measures_do_not_know_the_level_and_are_finite():
    windows = audible(log_mel(music()))
    found = measures(kinds.torch.from_numpy(windows)).numpy()
    quiet = measures(kinds.torch.from_numpy(windows - np.float32(4.0))).numpy()
    assert found.shape == (len(windows), len(MEASURES))
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found, quiet, rtol=1e-2, atol=2e-2)


def test_a_long_song_is_heard_all_over_and_its_silent_parts_are_not():
    frames = log_mel(np.concatenate([music(), np.zeros_like(music()), music(), music(), music()]))
    windows = audible(frames)
    assert len(windows) == MOST_WINDOWS
    assert np.exp(windows).sum(axis=1).mean(axis=1).min() > 1e-7


@pytest.mark.parametrize(
    ("odds", "kind"),
    [
        ([[SURE + 1, 0.0], [SURE, -9.0]], SoundKind.SPEECH),
        ([[-9.0, SURE + 1]], SoundKind.NOISE),
        ([[SURE + 1, -9.0], [-9.0, -9.0]], SoundKind.MUSIC),
        ([[1.0, 2.0]], SoundKind.UNCLEAR),
        ([[-1.0, -2.0]], SoundKind.MUSIC),
    ],
)
def test_only_what_is_nearly_certain_is_no_music(odds, kind):
    assert judged(np.array(odds, np.float32)) is kind


def test_a_model_of_other_measures_or_none_is_refused(tmp_path):
    with pytest.raises(WeightsError) as missing:
        kinds.read_model(tmp_path / "kind-9.json")
    assert missing.value.problem is WeightsProblem.MISSING
    fields = json.loads(kinds.WEIGHTS.read_text("utf-8")) | {"measures": ["beat"]}
    (tmp_path / "kind-9.json").write_text(json.dumps(fields), encoding="utf-8")
    with pytest.raises(WeightsError) as wrong:
        kinds.read_model(tmp_path / "kind-9.json")
    assert wrong.value.problem is WeightsProblem.UNREADABLE
