"""How a secret is kept at rest: sealed (Fernet: AES-128-CBC and HMAC-SHA256) with a keyring, the newest key first."""

from __future__ import annotations

import hashlib
import importlib
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

NO_KEY = "KEYDESK_SECRET_KEY is empty. Make one with: keydesk secret new"
BAD_KEY = (
    "KEYDESK_SECRET_KEY cannot be read. It takes keys made by “keydesk secret new”, the newest first, commas between"
)
FINGERPRINT_LENGTH = 8


class CannotSeal(Exception):
    """There is no usable key; the text says what to do, and holds nothing secret."""


class CannotUnseal(Exception):
    """No key of the keyring opens it."""


class Keyring:
    """The keys of ``KEYDESK_SECRET_KEY``: the first seals, any of them opens.

    A ring that cannot be read opens nothing, and ``problem`` says why; only what was sealed suffers from it.
    """

    def __init__(self, keys: SecretStr) -> None:
        names = [name for name in keys.get_secret_value().replace(",", " ").split() if name]
        self._fernet, self.problem = _keyring(names)

    def seal(self, secret: SecretStr) -> str:
        """Return the secret sealed with the newest key.

        Raises:
            CannotSeal: there is no usable key.
        """
        return self._usable().encrypt(secret.get_secret_value().encode()).decode()

    def unseal(self, sealed: str) -> SecretStr:
        """Return the secret.

        Raises:
            CannotUnseal: no key of the keyring opens it.
        """
        if self._fernet is None:
            raise CannotUnseal(self.problem)
        try:
            return SecretStr(self._fernet.decrypt(sealed.encode()).decode())
        except _fernet().InvalidToken:
            raise CannotUnseal("no key in KEYDESK_SECRET_KEY opens it") from None

    def reseal(self, sealed: str) -> str:
        """Return the same secret sealed with the newest key.

        Raises:
            CannotSeal: there is no usable key.
            CannotUnseal: no key of the keyring opens it.
        """
        usable = self._usable()
        try:
            return usable.rotate(sealed.encode()).decode()
        except _fernet().InvalidToken:
            raise CannotUnseal("no key in KEYDESK_SECRET_KEY opens it") from None

    def _usable(self) -> MultiFernet:
        if self._fernet is None:
            raise CannotSeal(self.problem)
        return self._fernet


def _fernet() -> Any:
    """Return the library once there is a key: it takes 8 MB, and few installations have several accounts."""
    return importlib.import_module("cryptography.fernet")


def _keyring(names: list[str]) -> tuple[MultiFernet | None, str]:
    """Return the keyring, or None with the reason why there is none."""
    if not names:
        return None, NO_KEY
    try:
        return _fernet().MultiFernet([_fernet().Fernet(name) for name in names]), ""
    except ValueError:
        return None, BAD_KEY


def new_key() -> str:
    """Return a new key for the keyring."""
    return str(_fernet().Fernet.generate_key().decode())


def fingerprint(secret: SecretStr) -> str:
    """Return the short mark by which people tell credentials apart: it gives none of the secret away."""
    return hashlib.sha256(secret.get_secret_value().strip().encode()).hexdigest()[:FINGERPRINT_LENGTH]
