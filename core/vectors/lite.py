"""Milvus Lite in a folder, as a server in this process.

It is started here rather than by pymilvus, so that its own exceptions can be seen, and so that
closing a store lets go of its folder. Imported late (``doors.py``): it brings some 200 MB along.
"""

import errno
import threading
from pathlib import Path

import pyarrow as pa
from milvus_lite.adapter.grpc.server import start_server_in_thread
from milvus_lite.exceptions import DataDirLockedError, MilvusLiteError

from core.errors import LibraryError, LibraryProblem
from core.vectors.faults import causes, words
from core.vectors.rows import IndexKind

LITE_HOST = "127.0.0.1"
STOP_GRACE_S = 2.0
# What opening a damaged or foreign folder raises, besides Milvus Lite's own exceptions.
LITE_FAULTS = (
    MilvusLiteError,
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    pa.ArrowException,
)
_BY_ERRNO = {
    errno.ENOSPC: LibraryProblem.DISK_FULL,
    errno.EDQUOT: LibraryProblem.DISK_FULL,
    errno.EACCES: LibraryProblem.FORBIDDEN,
    errno.EPERM: LibraryProblem.FORBIDDEN,
    errno.EROFS: LibraryProblem.FORBIDDEN,
    errno.ENOTDIR: LibraryProblem.DAMAGED,  # a store of an older Milvus Lite was one file
    errno.EEXIST: LibraryProblem.DAMAGED,
}


class LiteDoor:
    """Milvus Lite in a folder, held by this process until closed.

    Every search walks every row in Python whatever the index is, so that an approximate index
    would give up exactness for nothing.
    """

    default_index = IndexKind.FLAT
    is_lite = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # Its log of writes is opened by whoever writes first, without a lock: of two at once, one
        # would write into a file that the other has replaced.
        self.writing = threading.Lock()
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            opened = start_server_in_thread(str(folder), host=LITE_HOST, port=0)
        except LITE_FAULTS as error:
            raise self.error(error) from error
        self._server, self._database, port = opened
        self.address = f"http://{LITE_HOST}:{port}"
        try:
            self._open_collections()
        except LITE_FAULTS as error:
            self.close()
            raise self.error(error) from error

    def _open_collections(self) -> None:
        """Open every collection now: Milvus Lite would find damage at the first use only."""
        for name in self._database.list_collections():
            self._database.get_collection(name)

    def error(self, cause: BaseException) -> LibraryError:
        """Return what a failure means for the folder."""
        return LibraryError(self._folder, _problem(cause), detail=words(cause))

    def search_params(self, _limit: int) -> dict[str, int]:
        """Return nothing: a flat index has nothing to choose."""
        return {}

    def misfit(self, detail: str) -> LibraryError:
        """Return the error for a collection of another shape: the index must be built again."""
        return LibraryError(self._folder, LibraryProblem.DAMAGED, detail=detail)

    def close(self) -> None:
        """Stop the server in this process and let go of the folder."""
        self._server.stop(grace=STOP_GRACE_S).wait()
        self._database.close()


def _problem(error: BaseException) -> LibraryProblem:
    """Return what an exception of Milvus Lite means for its folder."""
    for cause in causes(error):
        if isinstance(cause, DataDirLockedError):
            return LibraryProblem.IN_USE
        if isinstance(cause, OSError) and cause.errno in _BY_ERRNO:
            return _BY_ERRNO[cause.errno]
    said = str(error).lower()
    return LibraryProblem.DISK_FULL if "no space left" in said else LibraryProblem.DAMAGED
