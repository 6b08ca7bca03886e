"""The second separator, with a small untrained network of demucs' own class, saved and loaded."""

import hashlib
import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import safetensors.torch
import torch
from demucs.htdemucs import HTDemucs

from core.errors import Cancelled, WeightsError, WeightsProblem
from core.ports import Separator
from core.progress import Progress
from core.separation.demucs import HTDEMUCS_FACTS, DemucsSeparator, fetch_weights
from tests import sounds

SEGMENT = Fraction(1)  # seconds; the fetched model's is 7.8
SHAPE = {
    "sources": ["drums", "bass", "other", "vocals"],
    "channels": 16,
    "t_layers": 1,
    "t_heads": 2,
    "bottom_channels": 32,
    "samplerate": 44_100,
}


def _saved(path, **changes):
    """Save an untrained network as the hub keeps trained ones, its class in the header."""
    torch.manual_seed(1)
    model = HTDemucs(**{**SHAPE, **changes}, segment=SEGMENT)
    segment = {
        "_type": "fraction",
        "numerator": SEGMENT.numerator,
        "denominator": SEGMENT.denominator,
    }
    facts = {
        "klass": "demucs.htdemucs.HTDemucs",
        "args": json.dumps([]),
        "kwargs": json.dumps({**SHAPE, **changes, "segment": segment}),
    }
    safetensors.torch.save_file(model.state_dict(), path, metadata=facts)
    checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    return path, replace(HTDEMUCS_FACTS, sha256=checksum)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    return _saved(tmp_path_factory.mktemp("weights") / HTDEMUCS_FACTS.name)


@pytest.fixture(scope="module")
def separator(saved) -> Separator:
    path, facts = saved
    return DemucsSeparator.load(path, facts=facts)


@pytest.mark.parametrize("seconds", [0.0, 0.3, 1.0, 1.9])
def test_stems_are_as_long_as_the_sound(separator, seconds):
    sound = sounds.chords(1, seconds=4.0)[:, : round(seconds * 44_100)]
    stems = separator.separate(sound, progress=Progress())
    assert stems.vocal.shape == stems.backing.shape == sound.shape
    assert stems.vocal.dtype == stems.backing.dtype == np.float32


def test_one_chunk_is_what_the_network_says(saved, separator):
    from demucs.hf import load_safetensors_model

    sound = sounds.chords(2, seconds=1.0)
    with torch.inference_mode():
        sources = load_safetensors_model(saved[0]).eval()(torch.from_numpy(sound)[None])[0].numpy()
    stems = separator.separate(sound, progress=Progress())
    assert np.allclose(stems.vocal, sources[3], atol=1e-5)
    assert np.allclose(stems.backing, sources[:3].sum(axis=0), atol=1e-5)
    assert np.abs(stems.vocal).max() > 0


def test_the_model_id_names_the_weights(saved, separator):
    assert separator.model_id == f"demucs-htdemucs-{saved[1].sha256[:8]}"


def test_a_cancel_is_seen_between_layers(separator):
    class Impatient(Progress):
        checks = 0

        def check(self) -> None:
            self.checks += 1
            if self.checks == 10:
                self.cancel()
            super().check()

    progress = Impatient()
    sound = sounds.chords(3, seconds=1.0)
    with pytest.raises(Cancelled):
        separator.separate(sound, progress=progress)
    assert progress.checks == 10
    separator.separate(sound[:, :44_100], progress=Progress())  # no hook of that run is left


def test_only_the_pinned_file_is_believed(saved, tmp_path):
    with pytest.raises(WeightsError) as error:
        DemucsSeparator.load(saved[0])
    assert error.value.problem == WeightsProblem.WRONG_CHECKSUM
    with pytest.raises(WeightsError) as error:
        DemucsSeparator.load(tmp_path / "gone.safetensors")
    assert error.value.problem == WeightsProblem.MISSING


def test_what_is_not_such_a_model_is_told(tmp_path):
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    facts = replace(HTDEMUCS_FACTS, sha256=hashlib.sha256(broken.read_bytes()).hexdigest())
    with pytest.raises(WeightsError) as error:
        DemucsSeparator.load(broken, facts=facts)
    assert error.value.problem == WeightsProblem.UNREADABLE
    path, facts = _saved(tmp_path / "voiceless.safetensors", sources=["drums", "bass"])
    with pytest.raises(WeightsError) as error:
        DemucsSeparator.load(path, facts=facts)
    assert error.value.problem == WeightsProblem.UNREADABLE


def test_weights_that_are_there_are_not_fetched_again(tmp_path):
    (tmp_path / HTDEMUCS_FACTS.name).write_bytes(b"another file")
    with pytest.raises(WeightsError) as error:
        fetch_weights(tmp_path, progress=Progress())
    assert error.value.problem == WeightsProblem.WRONG_CHECKSUM
