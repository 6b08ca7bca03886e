import numpy as np
import pytest

from core.embedding.training.tensor_bundle import fields, read_tensors, varint
from tests.core.embedding.training.bundles import write_bundle

TENSORS = {
    "conv2d/bias": np.arange(3, dtype=np.float32),
    "conv2d/kernel": np.random.default_rng(0).normal(size=(7, 38, 1, 3)).astype(np.float32),
    "scalar": np.array(0.5, dtype=np.float32),
}


def test_tensors_come_back_with_name_shape_and_numbers(tmp_path):
    read = read_tensors(write_bundle(tmp_path, TENSORS))
    assert read.keys() == TENSORS.keys()
    for name, wanted in TENSORS.items():
        assert read[name].shape == wanted.shape
        np.testing.assert_array_equal(read[name], wanted)


def test_what_is_no_float_is_left_out_and_moves_nothing(tmp_path):
    mixed = TENSORS | {"a_step": np.array([4], dtype=np.int64)}
    read = read_tensors(write_bundle(tmp_path, mixed))
    assert "a_step" not in read
    np.testing.assert_array_equal(read["conv2d/bias"], TENSORS["conv2d/bias"])


def test_other_files_and_compressed_tables_are_refused(tmp_path):
    other = tmp_path / ".index"
    other.write_bytes(b"no table" * 20)
    (tmp_path / ".data-00000-of-00001").write_bytes(b"")
    with pytest.raises(ValueError, match="not a table"):
        read_tensors(other)
    with pytest.raises(ValueError, match="compressed"):
        read_tensors(write_bundle(tmp_path / "packed", TENSORS, compression=1))


def test_varints_and_fields_of_every_width():
    assert varint(b"\xac\x02", 0) == (300, 2)
    message = b"\x08\x96\x01" + b"\x12\x03abc" + b"\x1d\x01\x02\x03\x04" + b"\x21" + b"\x07" * 8
    found = fields(message)
    assert found == {1: [150], 2: [b"abc"], 3: [b"\x01\x02\x03\x04"], 4: [b"\x07" * 8]}
    with pytest.raises(ValueError, match="wire type"):
        fields(b"\x0b")
