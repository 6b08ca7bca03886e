"""What went wrong, read out of the exceptions of grpc and pymilvus; by tables.

pymilvus says "Fail connecting to server" for a wrong password, a wrong certificate and a server
that is down alike: the truth is the grpc status in the chain of causes. Some of its exceptions name
themselves as their cause, so that the chain must be walked with care.
"""

from collections.abc import Iterator

import grpc

from core.errors import ClusterProblem

_BY_STATUS = {
    grpc.StatusCode.UNAUTHENTICATED: ClusterProblem.SIGN_IN,
    grpc.StatusCode.PERMISSION_DENIED: ClusterProblem.FORBIDDEN,
    grpc.StatusCode.DEADLINE_EXCEEDED: ClusterProblem.TIMEOUT,
    grpc.StatusCode.UNIMPLEMENTED: ClusterProblem.NOT_MILVUS,
    grpc.StatusCode.UNAVAILABLE: ClusterProblem.UNREACHABLE,
}
# What grpc's core says, in lower case, when a connection breaks while it is being made; the first
# that fits counts.
_BY_WORDS = (
    ("certificate has expired", ClusterProblem.EXPIRED),
    ("certificate is not yet valid", ClusterProblem.EXPIRED),
    ("hostname verification", ClusterProblem.WRONG_HOST),
    ("not in peer certificate", ClusterProblem.WRONG_HOST),  # older grpc
    ("issuer certificate", ClusterProblem.UNKNOWN_CA),
    ("self signed", ClusterProblem.UNKNOWN_CA),
    ("self-signed", ClusterProblem.UNKNOWN_CA),
    ("security handshaker", ClusterProblem.CA_FILE),  # made of the authority's file
    ("handshake failed", ClusterProblem.UNTRUSTED),
    ("certificate", ClusterProblem.UNTRUSTED),
    ("ssl", ClusterProblem.UNTRUSTED),
    ("parsing http/2", ClusterProblem.NOT_MILVUS),
    ("settings frame", ClusterProblem.NOT_MILVUS),
    ("http status", ClusterProblem.NOT_MILVUS),
)
# Codes of Milvus' own answers (milvus-io/milvus, pkg/util/merr/errors.go), and of pymilvus.
_BY_CODE = {
    2: ClusterProblem.UNREACHABLE,
    1400: ClusterProblem.SIGN_IN,
    1401: ClusterProblem.FORBIDDEN,
}
NOT_FOUND = 100
NOT_LOADED = 101


def cluster_problem(error: BaseException) -> ClusterProblem:
    """Return what an exception of a call to a server means."""
    for cause in causes(error):
        if isinstance(cause, grpc.RpcError):
            return _of_status(cause)
    if isinstance(error, OSError):  # the one file that is opened here is the authority's
        return ClusterProblem.CA_FILE
    if "retry timeout" in str(error).lower():
        return ClusterProblem.TIMEOUT
    return _BY_CODE.get(milvus_code(error), ClusterProblem.REFUSED)


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and all that led to it, each once."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        cause = waiting.pop(0)
        if cause is not None and id(cause) not in seen:
            seen.add(id(cause))
            waiting += [cause.__cause__, cause.__context__]
            yield cause


def milvus_code(error: BaseException) -> int:
    """Return the code of Milvus' own answer, or -1 where it gave none."""
    code = getattr(error, "code", None)
    return code if isinstance(code, int) else -1


def words(error: BaseException) -> str:
    """Return what was said, in one short line; never what was sent."""
    for cause in causes(error):
        if isinstance(cause, grpc.RpcError) and hasattr(cause, "details"):
            return _short(str(cause.details()))
    return _short(str(getattr(error, "message", "") or error))


def _of_status(error: grpc.RpcError) -> ClusterProblem:
    if not isinstance(error, grpc.Call):
        return ClusterProblem.REFUSED
    said = (error.details() or "").lower()
    if error.code() is grpc.StatusCode.UNAVAILABLE:
        for fragment, problem in _BY_WORDS:
            if fragment in said:
                return problem
    return _BY_STATUS.get(error.code(), ClusterProblem.REFUSED)


def _short(text: str) -> str:
    return " ".join(text.split())[:300]
