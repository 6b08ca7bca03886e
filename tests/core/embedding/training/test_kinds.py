import numpy as np
import pytest

from core.embedding.frontend import N_MELS, SAMPLE_RATE_HZ
from core.embedding.kinds import KINDS, MEASURES, judged, read_model
from core.embedding.training.kinds import (
    MUSIC_WEIGHT,
    Example,
    Heard,
    fit,
    laid_over,
    overlaid,
    strung,
    weights_of,
    write_model,
)
from core.embedding.windows import WINDOW_FRAMES
from core.types import SoundKind

FEATURES = len(MEASURES)


def examples(seed, count=80):
    """Music in the middle, speech and noise around it along an axis each."""
    random = np.random.default_rng(seed)
    made = []
    for axis, kind in enumerate(KINDS):
        for number in range(count):
            found = random.normal(0.0, 1.0, (3, FEATURES)).astype(np.float32)
            if kind is not SoundKind.MUSIC:
                found[:, axis] += 8.0
            made.append(Example(kind, f"{number % 2}", found))
    return made


def windows(level, n=1, seed=0):
    random = np.random.default_rng(seed)
    return (random.normal(level, 0.1, (n, N_MELS, WINDOW_FRAMES))).astype(np.float32)


def test_what_was_learned_holds_for_others_and_survives_the_file(tmp_path):
    model = fit(examples(1))
    write_model(model, tmp_path / "kind-1.json")
    read = read_model(tmp_path / "kind-1.json")
    np.testing.assert_allclose(read.matrix, model.matrix, rtol=1e-3, atol=1e-6)
    called = [(judged(read.odds(one.found)), one.kind) for one in examples(2)]
    assert np.mean([said is kind for said, kind in called]) > 0.95
    assert all(said in (kind, SoundKind.UNCLEAR) for said, kind in called)


def test_kinds_weigh_alike_but_for_music_and_small_groups_more_than_their_share():
    found = np.zeros((1, FEATURES), np.float32)
    several = [
        *[Example(SoundKind.MUSIC, "large", found)] * 9,
        Example(SoundKind.MUSIC, "small", found),
        *[Example(SoundKind.SPEECH, "a", found)] * 5,
        Example(SoundKind.NOISE, "a", found),
    ]
    weights = weights_of(several)
    assert weights[:10].sum() == pytest.approx(MUSIC_WEIGHT)
    assert weights[10:15].sum() == pytest.approx(1.0)
    assert weights[15] == pytest.approx(1.0)
    assert weights[9] == pytest.approx(3.0 * weights[0])


def test_what_lies_over_music_is_as_loud_as_asked():
    over = laid_over(windows(-5.0, n=2), windows(-20.0)[0], music_db=0.0)
    twice = windows(-5.0, n=2) + np.log(2.0)
    assert abs(float((over - twice).mean())) < 0.02
    faint = laid_over(windows(-5.0, n=2), windows(3.0)[0], music_db=60.0)
    np.testing.assert_allclose(faint, windows(-5.0, n=2), atol=1e-3)


def test_music_with_something_over_it_is_music():
    heard = [Heard(kind, "g", windows(-6.0 - place, n=3)) for place, kind in enumerate(KINDS)]
    made = list(overlaid(heard, 8))
    assert {one.kind for one in made} == {SoundKind.MUSIC}
    assert [one.group for one in made].count("with noise") == 2
    assert {one.windows.shape[0] for one in made} == {2}


def test_prompts_are_strung_together_and_the_rest_is_left_out():
    prompt = np.full(20 * SAMPLE_RATE_HZ, 0.1, np.float32)
    (programme,) = strung([prompt] * 4)
    assert len(programme) == 3 * (20 * SAMPLE_RATE_HZ + SAMPLE_RATE_HZ // 2)
    assert programme.max() == pytest.approx(0.7)
