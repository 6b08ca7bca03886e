"""Every error that Songkin raises, in one tree.

::

    SongkinError
    ├── WorldError             the world's fault: told to the user, the work goes on
    │   ├── AudioFileError     a file that can't be read as music
    │   ├── LibraryError       the library's folder, catalogue or index
    │   ├── UnknownSongError   a question about a song that isn't in the library
    │   ├── TrashError         a file that can't go to the system's trash, or come back
    │   ├── TagError           a file whose tags can't be written
    │   ├── WeightsError       a model's weights
    │   ├── ClusterError       the Milvus server, its access, or what it holds
    │   ├── CredentialError    the system's keyring
    │   ├── SettingsError      the file of settings
    │   ├── WriteError         a file that was to be written for the user
    │   └── SoundError         the sound device
    └── BugError               ours: a crash report
    Cancelled                  not an error: the user asked to stop

An error holds facts; the sentence is made in one place, ``ui/messages.py``.
"""

from enum import Enum
from pathlib import Path


class Cancelled(Exception):  # noqa: N818 - cancelling is not an error, and its name says so
    """The user asked to stop; nothing half-written stays."""


class SongkinError(Exception):
    """The root of what Songkin raises on purpose."""


class WorldError(SongkinError):
    """The world's fault: told to the user in words, never a crash report."""


class BugError(SongkinError):
    """Our own fault: something that the code promised and did not keep."""


class AudioProblem(Enum):
    """Why a file can't be read as music."""

    EMPTY = "empty"  # zero bytes
    NOT_AUDIO = "not_audio"  # no decoder knows it, or it holds no sound stream
    DAMAGED = "damaged"  # it starts as audio and can't be decoded
    PROTECTED = "protected"  # encrypted (DRM)
    TOO_SHORT = "too_short"  # less sound than one analysis window needs
    FORBIDDEN = "forbidden"  # no permission
    VANISHED = "vanished"  # it was there, and no longer is
    NOT_A_FILE = "not_a_file"  # a socket, a pipe, a device
    UNREADABLE = "unreadable"  # the disk or the network drive refused


class AudioFileError(WorldError):
    """A file that can't be read as music."""

    def __init__(self, path: Path, problem: AudioProblem, *, detail: str = "") -> None:
        super().__init__(path, problem, detail)
        self.path = path
        self.problem = problem
        self.detail = detail


class LibraryProblem(Enum):
    """Why a library can't be opened or written."""

    IN_USE = "in_use"  # another program holds it
    NEWER = "newer"  # written by a newer Songkin
    DAMAGED = "damaged"
    DISK_FULL = "disk_full"
    FORBIDDEN = "forbidden"
    UNREADABLE = "unreadable"


class LibraryError(WorldError):
    """The library's folder, catalogue or index can't be used."""

    def __init__(self, path: Path, problem: LibraryProblem, *, detail: str = "") -> None:
        super().__init__(path, problem, detail)
        self.path = path
        self.problem = problem
        self.detail = detail


class UnknownSongError(WorldError):
    """No song of the library has this id or path."""

    def __init__(self, asked: str) -> None:
        super().__init__(asked)
        self.asked = asked


class TrashProblem(Enum):
    """Why a file can't go to the system's trash, or come back from it."""

    VANISHED = "vanished"  # the file is no longer there
    CHANGED = "changed"  # the file is not the one that was heard
    KEPT_VANISHED = "kept_vanished"  # the copy to keep is not there, so no other may go
    SAME_FILE = "same_file"  # the copy to keep is this very file, under another name
    FORBIDDEN = "forbidden"  # no permission, or a disk that can't be written
    NO_TRASH = "no_trash"  # this disk has no trash, and none can be made
    REFUSED = "refused"  # the system said no, for another reason
    OCCUPIED = "occupied"  # on the way back: another file is in its place
    EMPTIED = "emptied"  # on the way back: the trash no longer holds it
    AWAY = "away"  # on the way back: the disk whose trash holds it is not connected
    BY_HAND = "by_hand"  # on the way back: only the system's own trash can give it back


class TrashError(WorldError):
    """A file can't go to the system's trash, or come back from it; nothing was done."""

    def __init__(self, path: Path, problem: TrashProblem, *, detail: str = "") -> None:
        super().__init__(path, problem, detail)
        self.path = path
        self.problem = problem
        self.detail = detail


class TagProblem(Enum):
    """Why a file's tags can't be written."""

    UNSUPPORTED = "unsupported"  # a kind of file that holds no tags, or none that we can write
    NOTHING = "nothing"  # the copy to take tags from has none
    VANISHED = "vanished"
    CHANGED = "changed"  # the file is not the one that was heard, or was tagged since
    FORBIDDEN = "forbidden"
    DISK_FULL = "disk_full"
    DAMAGED = "damaged"  # its tags can't be read
    SOUND_AT_RISK = "sound_at_risk"  # written to a trial copy, the tags changed its sound


class TagError(WorldError):
    """A file's tags can't be written; nothing was done."""

    def __init__(self, path: Path, problem: TagProblem, *, detail: str = "") -> None:
        super().__init__(path, problem, detail)
        self.path = path
        self.problem = problem
        self.detail = detail


class WeightsProblem(Enum):
    """Why a model can't be loaded."""

    MISSING = "missing"
    WRONG_CHECKSUM = "wrong_checksum"
    UNREADABLE = "unreadable"


class WeightsError(WorldError):
    """A model's weights are missing or not the ones that were pinned."""

    def __init__(self, model: str, problem: WeightsProblem, *, detail: str = "") -> None:
        super().__init__(model, problem, detail)
        self.model = model
        self.problem = problem
        self.detail = detail


class ClusterProblem(Enum):
    """Why the cluster didn't do what was asked."""

    UNREACHABLE = "unreachable"  # nothing answers at that address
    NOT_MILVUS = "not_milvus"  # something answers that isn't Milvus
    SIGN_IN = "sign_in"  # wrong or missing user and password
    FORBIDDEN = "forbidden"  # signed in, but not allowed to do this
    UNTRUSTED = "untrusted"  # TLS is asked for, and what answers does not speak it, or not well
    UNKNOWN_CA = "unknown_ca"  # TLS: nobody we trust has signed the certificate
    EXPIRED = "expired"  # TLS: the certificate is too old, or not valid yet
    WRONG_HOST = "wrong_host"  # TLS: the certificate is of another host
    NEEDS_TLS = "needs_tls"  # plain text was asked for, and the server speaks TLS only
    PLAIN_TEXT = "plain_text"  # the production cluster is not met without TLS
    CA_FILE = "ca_file"  # the certificate authority's file can't be read
    TIMEOUT = "timeout"
    MODEL_MISMATCH = "model_mismatch"  # vectors of another model version
    COUNT_MISMATCH = "count_mismatch"  # after a full resync the two sides still differ
    INCOMPLETE = "incomplete"  # it answered, again and again, with less than it holds
    LED = "led"  # another recommender does this work right now
    REFUSED = "refused"  # any other answer that says no


class ClusterError(WorldError):
    """The Milvus server can't be reached, refuses, or disagrees."""

    def __init__(self, uri: str, problem: ClusterProblem, *, detail: str = "") -> None:
        super().__init__(uri, problem, detail)
        self.uri = uri
        self.problem = problem
        self.detail = detail


class CredentialError(WorldError):
    """The system's keyring is missing or refuses."""

    def __init__(self, *, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail


class SettingsError(WorldError):
    """The file of settings can't be read or written."""

    def __init__(self, path: Path, *, detail: str = "") -> None:
        super().__init__(path, detail)
        self.path = path
        self.detail = detail


class WriteProblem(Enum):
    """Why a file can't be written for the user."""

    OCCUPIED = "occupied"  # another file has its name
    NO_FOLDER = "no_folder"  # the folder is not there
    FORBIDDEN = "forbidden"  # no permission, or a disk that can't be written
    DISK_FULL = "disk_full"
    UNWRITABLE = "unwritable"  # the disk or the network drive refused


class WriteError(WorldError):
    """A file can't be written for the user; nothing of it stays."""

    def __init__(self, path: Path, problem: WriteProblem, *, detail: str = "") -> None:
        super().__init__(path, problem, detail)
        self.path = path
        self.problem = problem
        self.detail = detail


class SoundError(WorldError):
    """The sound device is missing or failed."""

    def __init__(self, device: str, *, detail: str = "") -> None:
        super().__init__(device, detail)
        self.device = device
        self.detail = detail
