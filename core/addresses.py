"""Addresses of clusters: what may stand in one, and how it is shown. Pure."""

from urllib.parse import urlsplit

from core.errors import ClusterError, ClusterProblem

NO_USER = "an address looks like https://host:19530, with no user or password in it"


def checked_address(uri: str) -> str:
    """Return an address as it may be kept and shown; raise ``ClusterError`` for one with a user.

    Addresses lie in plain files, and a token belongs into the system's keyring.
    """
    if has_user(uri):
        raise ClusterError(shown_address(uri), ClusterProblem.UNREACHABLE, detail=NO_USER)
    return uri


def has_user(uri: str) -> bool:
    """Tell whether a user, or a password, stands in an address; a folder's name may hold any."""
    try:
        return "@" in urlsplit(uri).netloc
    except ValueError:  # what can't be read as an address might hold one
        return "://" in uri and "@" in uri


def shown_address(uri: str) -> str:
    """Return an address without the user and password that someone may have typed into it."""
    scheme, mark, rest = uri.rpartition("://")
    return scheme + mark + rest.rpartition("@")[2]
