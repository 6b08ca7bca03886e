"""Where tokens lie: in the system's keyring, never in a file, a log or the catalogue.

The one door to ``keyring``.
"""

from typing import Protocol

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError, NoKeyringError

from core.errors import CredentialError

SERVICE = "songkin"
ADMIN = "admin"  # the account that sets a cluster up
NO_KEYRING = "this system has no keyring, so the sign-in can't be kept"


def keyring_place(uri: str, account: str = "") -> str:
    """Return under which name an account's token lies; a musician's own has no account named."""
    return f"{uri}#{account}" if account else uri


class Credentials(Protocol):
    """Keeps the token of each cluster."""

    def token(self, uri: str) -> str:
        """Return the token for a cluster, or an empty text."""
        ...

    def remember(self, uri: str, token: str) -> None:
        """Keep a token; an empty one is forgotten."""
        ...


class Keyring:
    """The system's keyring; raises ``CredentialError`` where it is missing or refuses."""

    def __init__(self, backend: KeyringBackend | None = None) -> None:
        self._backend = backend

    def token(self, uri: str) -> str:
        """Return the token for a cluster, or an empty text."""
        try:
            return self._ring().get_password(SERVICE, uri) or ""
        except KeyringError as error:
            raise _told(error) from error

    def remember(self, uri: str, token: str) -> None:
        """Keep a token; an empty one is forgotten."""
        try:
            if token:
                self._ring().set_password(SERVICE, uri, token)
            elif self._ring().get_password(SERVICE, uri) is not None:
                self._ring().delete_password(SERVICE, uri)
        except KeyringError as error:
            raise _told(error) from error

    def _ring(self) -> KeyringBackend:
        return self._backend if self._backend is not None else keyring.get_keyring()


class OneSync:
    """A token given for one run only; nothing is kept."""

    def __init__(self, token: str) -> None:
        self._token = token

    def token(self, _uri: str) -> str:
        """Return the token that was given."""
        return self._token

    def remember(self, _uri: str, token: str) -> None:
        """Use another token for the rest of the run."""
        self._token = token

    def __repr__(self) -> str:
        return "OneSync(...)"


def _told(error: KeyringError) -> CredentialError:
    # Only the kind of trouble is told: a backend's own words may quote what it was given.
    detail = NO_KEYRING if isinstance(error, NoKeyringError) else type(error).__name__
    return CredentialError(detail=detail)
