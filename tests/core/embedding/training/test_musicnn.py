import numpy as np
import pytest
import torch

from core.embedding.training.musicnn import (
    N_MELS,
    PATCH_FRAMES,
    MusicnnNetwork,
    heard,
    load_musicnn,
    log_mel,
    patches_of,
    penultimate,
)
from tests.core.embedding.training.bundles import write_bundle


def as_tensorflow_names(network):
    """Return a network's weights as its package would store them."""
    tensors = {}
    norms = [network.entry, *network.front_norms, *network.middle_norms]
    for i, norm in enumerate([*norms, network.pooled_norm, network.dense_norm]):
        name = "batch_normalization" + (f"_{i}" if i else "")
        state = norm.state_dict()
        for theirs, ours in (("gamma", "weight"), ("beta", "bias")):
            tensors[f"{name}/{theirs}"] = state[ours].numpy()
        tensors[f"{name}/moving_mean"] = state["running_mean"].numpy()
        tensors[f"{name}/moving_variance"] = state["running_var"].numpy()
    for i, conv in enumerate([*network.front, *network.middle]):
        name = "conv2d" + (f"_{i}" if i else "")
        kernel = conv.weight.detach()
        if kernel.ndim == 3:  # [out, features, time]: one channel of (time, features) there
            kernel = kernel.transpose(1, 2)[:, None]
        tensors[f"{name}/kernel"] = kernel.permute(2, 3, 1, 0).numpy()
        tensors[f"{name}/bias"] = conv.bias.detach().numpy()
    tensors["dense/kernel"] = network.dense.weight.detach().T.numpy()
    tensors["dense/bias"] = network.dense.bias.detach().numpy()
    return tensors


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(2)
    made = MusicnnNetwork()
    for norm in made.modules():
        if hasattr(norm, "running_mean"):
            torch.nn.init.uniform_(norm.running_mean, -0.1, 0.1)
            torch.nn.init.uniform_(norm.weight, -1.0, 1.0)
    return made.eval()


def test_weights_come_back_from_a_checkpoint(network, tmp_path):
    loaded = load_musicnn(write_bundle(tmp_path, as_tensorflow_names(network)))
    frames = np.random.default_rng(1).random((2 * PATCH_FRAMES, N_MELS), dtype=np.float32)
    layers = penultimate(loaded, frames)
    assert layers.shape == (2, 200)
    np.testing.assert_allclose(layers, penultimate(network, frames), rtol=1e-5, atol=1e-6)
    assert np.abs(layers[0] - layers[1]).max() > 1e-4


def test_an_even_filter_reaches_one_frame_further_forward(network):
    """TensorFlow's "same" padding; torch would refuse, or shift by one."""
    frames = torch.zeros((1, 1, 200, N_MELS))
    frames[0, 0, 100] = 1.0
    conv = torch.nn.Conv2d(1, 1, (128, 1), bias=False)
    torch.nn.init.ones_(conv.weight)
    with torch.no_grad():
        layer = heard(frames, conv, torch.nn.Identity())[0, 0]
    reached = torch.nonzero(layer)[:, 0]
    assert (int(reached[0]), int(reached[-1])) == (100 - 64, 100 + 63)


def test_patches_lie_side_by_side_and_short_sounds_repeat():
    frames = np.arange(400 * N_MELS, dtype=np.float32).reshape(400, N_MELS)
    cut = patches_of(frames)
    assert cut.shape == (2, PATCH_FRAMES, N_MELS)
    np.testing.assert_array_equal(cut[1, 0], frames[PATCH_FRAMES])
    short = patches_of(frames[:100])
    np.testing.assert_array_equal(short[0, 100], frames[0])


def test_frames_are_of_the_rate_and_scale_it_was_trained_with():
    time_s = np.arange(3 * 22_050) / 22_050
    frames = log_mel(np.sin(2 * np.pi * 1000.0 * time_s).astype(np.float32), 22_050)
    assert frames.shape == (3 * 16_000 // 256 + 1, N_MELS)
    loudest = frames[20:-20].mean(axis=0)
    assert loudest.max() > np.log10(65_504.0)  # where float16 would have overflowed
    assert loudest.min() < 1.0
    assert np.isfinite(frames).all()
