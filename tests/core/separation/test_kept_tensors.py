"""Decoded weights are kept, and done without where they can't be."""

from pathlib import Path

import torch
from torch import Tensor

from core.separation.kept_tensors import kept_tensors


class Decoder:
    """Decodes one tensor, and counts how often it is asked to."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> dict[str, Tensor]:
        self.times += 1
        return {"weight": torch.arange(6.0).reshape(2, 3)}


def test_what_was_decoded_once_is_read_the_next_time(tmp_path: Path) -> None:
    copy, decode = tmp_path / "cache" / "weights.safetensors", Decoder()
    first, second = kept_tensors(copy, decode), kept_tensors(copy, decode)
    assert decode.times == 1
    assert torch.equal(first["weight"], second["weight"])
    assert [file.name for file in copy.parent.iterdir()] == [copy.name]


def test_a_damaged_copy_is_made_anew(tmp_path: Path) -> None:
    copy, decode = tmp_path / "weights.safetensors", Decoder()
    copy.write_bytes(b"half a file")
    kept_tensors(copy, decode)
    kept_tensors(copy, decode)
    assert decode.times == 1


def test_a_cache_that_cannot_be_written_to_is_done_without(tmp_path: Path) -> None:
    no_folder, decode = tmp_path / "file", Decoder()
    no_folder.write_text("not a folder")
    found = kept_tensors(no_folder / "weights.safetensors", decode)
    assert torch.equal(found["weight"], decode()["weight"])
