"""The formats that sound is written in, apart from the libraries that write them."""

from enum import Enum


class SoundFormat(Enum):
    """The formats that sound is written in, by their suffixes."""

    FLAC = "flac"
    WAV = "wav"

    @property
    def suffix(self) -> str:
        """The suffix with its dot."""
        return f".{self.value}"
