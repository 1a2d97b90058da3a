"""The accounts file: who may log in, with Argon2id hashes of their passwords.

There is no account and no password until somebody adds one (`python -m newsctx users FILE add NAME`). The workbench
reads the file again whenever it has changed, so that an account that is removed or disabled is out at its next request.
A file that cannot be read any more lets nobody in.
"""

from __future__ import annotations

import json
import logging
import os
import stat
import threading
import unicodedata
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import regex
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from newsctx import audit
from newsctx.cache import write_beside
from newsctx.errors import AccountError
from newsctx.settings import AccessSettings

log = logging.getLogger(__name__)
NAME = 64  # characters of a name
BYTES = 5_000_000  # of the file: some ten thousand accounts; above it is another file
_NAME = regex.compile(r"[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} ._@'+\-]*[\p{L}\p{M}\p{N}._+])?")
_RESERVED = frozenset({audit.NOBODY})  # what a trail says where nobody signed


def account_name(text: str) -> str:
    """A name as it is kept: NFKC, single blanks, letters, digits and . _ @ ' + - only. Raises AccountError.

    No colon can be in it, so that no account is ever taken for a guest (`newsctx.access.Visitor.owner`).
    """
    name = " ".join(filter(None, unicodedata.normalize("NFKC", text[: 4 * NAME]).split(" ")))
    if not name or len(name) > NAME or not _NAME.fullmatch(name) or folded_name(name) in _RESERVED:
        raise AccountError(
            f"{text[:80]!r} cannot be the name of an account: expected 1 to {NAME} letters and digits, with blanks or "
            "any of . _ @ ' + - between them. Choose another name."
        )
    return name


def folded_name(name: str) -> str:
    """For comparing names: Anna, ANNA and full-width letters are one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


class Account(BaseModel):
    """Somebody who may log in."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    name: str
    hash: str = Field(repr=False)  # of the password: Argon2id in the PHC string format, parameters and salt included
    admin: bool = False  # sees every case and changes the workbench for all
    display: str = Field("", max_length=NAME)  # the name in full
    disabled: bool = False

    @field_validator("name")
    @classmethod
    def _name(cls, name: str) -> str:
        try:
            if account_name(name) != name:
                raise ValueError(f"{name[:80]!r} is not written as {account_name(name)!r}")
        except AccountError as error:
            raise ValueError(str(error)) from error
        return name

    @field_validator("hash")
    @classmethod
    def _hash(cls, text: str) -> str:
        if not text.startswith("$argon2id$"):
            raise ValueError("a hash starts with $argon2id$; set the password with `python -m newsctx users`")
        return text


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    newsctx_accounts: int = Field(1, ge=1, le=1)
    accounts: list[Account]


class Passwords:
    """Hashing and checking by Argon2id."""

    def __init__(self, settings: AccessSettings) -> None:
        self._settings = settings
        self._hasher = PasswordHasher(settings.argon2_time, settings.argon2_memory_kib, settings.argon2_lanes)

    def hash(self, password: str, name: str) -> str:
        """Raises AccountError for a password that is too short, too long or the name itself."""
        least, most = self._settings.min_password, self._settings.max_password
        plain = _normal(password)
        if len(plain) < least or len(plain.encode()) > most:
            raise AccountError(
                f"The password has {len(plain)} characters; expected at least {least}, and at most {most} bytes. "
                "Several words that do not belong together are long and easy to keep in mind."
            )
        if len(set(plain)) < 5 or folded_name(name) == folded_name(plain):
            raise AccountError(
                "The password is the name, or a few characters again and again; expected one that nobody guesses. "
                "Choose another one."
            )
        return self._hasher.hash(plain)

    def holds(self, hashed: str, password: str) -> bool:
        """Whether the password is the one that was hashed."""
        if len(password) > self._settings.max_password:
            password = ""  # hashed all the same, so that it takes as long
        try:
            return self._hasher.verify(hashed, _normal(password))
        except (VerificationError, InvalidHashError):
            return False

    @cached_property
    def nobodys(self) -> str:
        """The hash that stands in for that of an unknown name; no password has it."""
        return self._hasher.hash(os.urandom(32).hex())


def _normal(password: str) -> str:
    """Typed on any keyboard the same (NIST SP 800-63B, 3.1.1.2: normalize before hashing)."""
    return unicodedata.normalize("NFKC", password.encode(errors="replace").decode())


class AccountFile:
    """Reading and writing the file."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser()

    def read(self) -> tuple[Account, ...]:
        """Every account in the order of the file. Raises AccountError: missing, empty, open to others, or damaged."""
        remedy = f"Add an account with: python -m newsctx users {self.path} add NAME --admin"
        try:
            with self.path.open("rb") as file:
                self._check(os.fstat(file.fileno()))
                data = file.read(BYTES + 1)
        except FileNotFoundError as error:
            raise AccountError(f"There is no accounts file {self.path}. {remedy}") from error
        except OSError as error:
            raise AccountError(f"The accounts file {self.path} cannot be read: {error.strerror or error}.") from error
        accounts = self._parse(data)
        if not accounts:
            raise AccountError(f"The accounts file {self.path} has no account. {remedy}")
        return accounts

    def _check(self, found: os.stat_result) -> None:
        if os.name != "posix" or not stat.S_ISREG(found.st_mode):
            return
        if found.st_mode & (stat.S_IRWXO | stat.S_IWGRP):
            raise AccountError(
                f"The accounts file {self.path} can be read or changed by others (mode "
                f"{stat.S_IMODE(found.st_mode):o}); expected 600, or 640 for a group that runs the workbench. Close it "
                f"with: chmod 600 {self.path}"
            )

    def _parse(self, data: bytes) -> tuple[Account, ...]:
        if len(data) > BYTES:
            raise AccountError(f"The accounts file {self.path} is larger than {BYTES:,} bytes: it is another file.")
        try:
            accounts = tuple(_File.model_validate_json(data).accounts)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "the file"
            raise AccountError(
                f"The accounts file {self.path} cannot be used: {where}: {first['msg']}. Mend it, or put it away and "
                f"make a new one with: python -m newsctx users {self.path} add NAME --admin"
            ) from error
        names = [folded_name(a.name) for a in accounts]
        twice = next((a.name for a, n in zip(accounts, names, strict=True) if names.count(n) > 1), "")
        if twice:
            raise AccountError(
                f"The accounts file {self.path} has {twice!r} twice; upper and lower case are one name. Take one out."
            )
        return accounts

    def change(self, how: Callable[[tuple[Account, ...]], tuple[Account, ...]], make: bool = False) -> None:
        """Write what `how` makes of the accounts; nobody else's change in between is lost.

        `make`: a file that is missing or has no account is begun. Raises AccountError.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{self.path}.lock", mode=0o600):
            try:
                before = self.read()
            except AccountError:
                if not make or (self.path.exists() and self._parse(self.path.read_bytes())):
                    raise
                before = ()
            made = _File(accounts=list(how(before)))
            try:
                text = json.dumps(made.model_dump(), ensure_ascii=False, indent=1)
                write_beside(self.path, text.encode() + b"\n")  # mode 600 from the start
            except OSError as error:
                raise AccountError(f"The accounts file {self.path} cannot be written: {error.strerror}.") from error


class Accounts:
    """The accounts as they are now; safe for several threads."""

    def __init__(self, path: Path, settings: AccessSettings) -> None:
        """Raises AccountError where there is nobody who could log in."""
        self.file, self.passwords = AccountFile(path), Passwords(settings)
        self._lock = threading.Lock()
        self._seen: tuple[int, ...] = ()
        self._known: dict[str, Account] = {}
        self._known = self._by_name(self.file.read())
        self._seen = self._signature()
        _ = self.passwords.nobodys  # made now: the first unknown name must not take twice as long
        if all(a.disabled for a in self._known.values()):
            raise AccountError(
                f"Every account of {self.file.path} is disabled: nobody could log in. Let one in again with: "
                f"python -m newsctx users {self.file.path} enable NAME"
            )

    def get(self, name: str) -> Account | None:
        """The account of this name, however it is written; None where there is none, or it is disabled."""
        found = self._now().get(folded_name(name[: 4 * NAME]))
        return None if found is None or found.disabled else found

    def check(self, name: str, password: str) -> Account | None:
        """The account whose password this is. It takes as long where there is no such account."""
        found = self.get(name)
        holds = self.passwords.holds(found.hash if found else self.passwords.nobodys, password)
        return found if found and holds else None

    def set_password(self, name: str, password: str) -> None:
        """Raises AccountError: no such account, a password that cannot be, a file that cannot be written."""
        hashed = self.passwords.hash(password, name)
        self.file.change(lambda all_: changed(all_, name, hash=hashed))

    def _now(self) -> dict[str, Account]:
        with self._lock:
            seen = self._signature()
            if seen != self._seen:
                try:
                    self._known = self._by_name(self.file.read())
                except AccountError as error:
                    log.error("nobody can log in, and everybody is logged out: %s", error)
                    self._known = {}
                self._seen = seen
            return self._known

    def _signature(self) -> tuple[int, ...]:
        try:
            found = self.file.path.stat()
        except OSError:
            return ()
        return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino

    @staticmethod
    def _by_name(accounts: tuple[Account, ...]) -> dict[str, Account]:
        return {folded_name(a.name): a for a in accounts}


def find(accounts: tuple[Account, ...], name: str) -> Account:
    """The account of this name, however it is written. Raises AccountError."""
    for one in accounts:
        if folded_name(one.name) == folded_name(name):
            return one
    known = ", ".join(a.name for a in accounts[:20])
    raise AccountError(f"There is no account {name[:80]!r}; there are: {known}. `users FILE list` shows all.")


def changed(accounts: tuple[Account, ...], name: str, **values: object) -> tuple[Account, ...]:
    """The accounts with other values in one of them. Raises AccountError."""
    one = find(accounts, name)
    return tuple(a.model_copy(update=values) if a is one else a for a in accounts)


def added(accounts: tuple[Account, ...], one: Account) -> tuple[Account, ...]:
    """The accounts with one more. Raises AccountError where its name is taken."""
    taken = next((a for a in accounts if folded_name(a.name) == folded_name(one.name)), None)
    if taken:
        raise AccountError(f"There is an account {taken.name!r} already. Choose another name, or change its password.")
    return (*accounts, one)


def removed(accounts: tuple[Account, ...], name: str) -> tuple[Account, ...]:
    """The accounts without one. Raises AccountError."""
    one = find(accounts, name)
    return tuple(a for a in accounts if a is not one)
