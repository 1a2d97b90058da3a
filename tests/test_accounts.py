"""The accounts file and its command: nobody by default, no name twice, no password in the open."""

from __future__ import annotations

import io
import json
import os
import stat

import pytest

from newsctx import cli, users_command
from newsctx.accounts import Account, AccountFile, Accounts, Passwords, account_name, added, changed
from newsctx.errors import AccountError
from newsctx.settings import AccessSettings

#: The smallest memory that is allowed: a hash takes some milliseconds.
CHEAP = AccessSettings(argon2_memory_kib=8192, argon2_time=1, argon2_lanes=1)
PASSWORD = "flood gauge violet tram"


def account(name: str, password: str = PASSWORD, **more: object) -> Account:
    return Account(name=name, hash=Passwords(CHEAP).hash(password, name), **more)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "accounts.json"
    AccountFile(path).change(lambda all_: added(added(all_, account("anna", admin=True)), account("ben")), make=True)
    return path


def test_the_file_keeps_hashes_only_and_is_closed_to_others(path):
    text = path.read_text()
    assert PASSWORD not in text and text.count("$argon2id$v=19$m=8192,t=1,p=1$") == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first, second = (a["hash"] for a in json.loads(text)["accounts"])
    assert first != second, "the same password, another salt"
    assert PASSWORD not in repr(account("carl")) and "argon2" not in repr(account("carl"))


def test_only_the_right_password_of_an_account_that_may_log_in(path):
    accounts = Accounts(path, CHEAP)
    assert accounts.check("anna", PASSWORD).admin and accounts.check("ANNA ", PASSWORD) is None
    assert accounts.check("Anna", PASSWORD).name == "anna", "upper and lower case are one name"
    for name, password in (("anna", ""), ("anna", PASSWORD + " "), ("anna", "x" * 5000), ("carl", PASSWORD), ("", "")):
        assert accounts.check(name, password) is None
    AccountFile(path).change(lambda all_: changed(all_, "ben", disabled=True))
    assert accounts.check("ben", PASSWORD) is None and accounts.get("ben") is None


def test_an_unknown_name_is_hashed_all_the_same(path, monkeypatch):
    accounts, seen = Accounts(path, CHEAP), []
    holds = Passwords.holds
    monkeypatch.setattr(Passwords, "holds", lambda self, h, p: seen.append(h) or holds(self, h, p))
    accounts.check("nobody", PASSWORD)
    accounts.check("anna", "x")
    assert len(seen) == 2 and all(h.startswith("$argon2id$v=19$m=8192,t=1,p=1$") for h in seen)


def test_a_changed_file_counts_at_once_and_a_broken_one_lets_nobody_in(path, caplog):
    accounts = Accounts(path, CHEAP)
    AccountFile(path).change(lambda all_: tuple(a for a in all_ if a.name != "ben"))
    assert accounts.get("ben") is None and accounts.get("anna")
    path.write_text("{")
    assert accounts.get("anna") is None and "logged out" in caplog.text
    path.unlink()
    assert accounts.get("anna") is None
    AccountFile(path).change(lambda all_: added(all_, account("anna")), make=True)
    assert accounts.get("anna") and not accounts.get("anna").admin


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "cannot be used"),
        ("[]", "cannot be used"),
        ('{"accounts": []}', "has no account"),
        ('{"accounts": [{"name": "anna", "hash": "secret"}]}', r"accounts.0.hash.*argon2id"),
        ('{"accounts": [{"name": "guest:1", "hash": "$argon2id$x"}]}', "cannot be the name"),
        ('{"accounts": [{"name": "a", "hash": "$argon2id$x"}, {"name": "A", "hash": "$argon2id$y"}]}', "twice"),
        ('{"accounts": [{"name": "a", "hash": "$argon2id$x", "admin": "yes"}]}', "accounts.0.admin"),
        ('{"accounts": [{"name": "a", "hash": "$argon2id$x", "role": "x"}]}', "accounts.0.role"),
        ('{"accounts": [{"name": "a", "hash": "$argon2id$x", "disabled": true}]}', "disabled: nobody could log in"),
    ],
)
def test_a_file_without_anybody_to_log_in_is_refused_with_the_remedy(tmp_path, text, part):
    path = tmp_path / "a.json"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(AccountError, match=part) as refused:
        Accounts(path, CHEAP)
    assert "secret" not in str(refused.value), "what stood where a hash belongs may be a password"


def test_a_missing_file_names_the_command_that_begins_it(tmp_path):
    with pytest.raises(AccountError, match=r"python -m newsctx users .*none.json add NAME"):
        Accounts(tmp_path / "none.json", CHEAP)


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
@pytest.mark.parametrize("mode", [0o644, 0o660, 0o602, 0o601])
def test_a_file_that_others_can_read_or_change_is_refused(path, mode):
    path.chmod(mode)
    with pytest.raises(AccountError, match="chmod 600"):
        Accounts(path, CHEAP)
    path.chmod(0o640)
    assert Accounts(path, CHEAP).get("anna")


@pytest.mark.parametrize(
    "name",
    ["", " ", "guest:abc", "a\x00b", "a\nb", "anna\u202e", "-a", "x" * 65, "not given", "NOT GIVEN", "<b>", "a/b"],
)
def test_what_no_account_can_be_called(name):
    with pytest.raises(AccountError, match="Choose another name"):
        account_name(name)


def test_names_are_normalized_and_taken_once():
    assert account_name(" Ünal  O'Neil ") == "Ünal O'Neil" and account_name("ａｎｎａ") == "anna"
    with pytest.raises(AccountError, match="already"):
        added((account("anna"),), account("Anna"))


@pytest.mark.parametrize(
    "password", ["", "short", "aaaaaaaaaaaaaaaa", "anna-von-berg", "ANNA-VON-BERG", "x1y2z3a" * 200]
)
def test_a_password_that_is_short_endless_or_the_name_is_refused(password):
    with pytest.raises(AccountError) as refused:
        Passwords(CHEAP).hash(password, "anna-von-berg")
    assert not password or password not in str(refused.value)


def test_the_command_adds_changes_and_removes(tmp_path, monkeypatch, capsys, caplog):
    monkeypatch.setattr(users_command, "AccessSettings", lambda: CHEAP)
    path = tmp_path / "team.json"

    def users(*args: str, given: str = "") -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        return cli.main(["users", str(path), *args])

    assert users("list") == 1 and "add NAME" in capsys.readouterr().err
    assert users("add", "anna", "--admin", "--password-stdin", given=PASSWORD + "\n") == 0
    assert users("add", "ben", "--display", "Ben Ito", "--password-stdin", given=PASSWORD + "\n") == 0
    assert users("add", "BEN", "--password-stdin", given=PASSWORD + "\n") == 1
    assert users("add", "carl", "--password-stdin", given="short\n") == 1
    assert users("add", "carl", given="no terminal\n") == 1
    accounts = Accounts(path, CHEAP)
    assert accounts.check("ben", PASSWORD).display == "Ben Ito"
    assert users("password", "ben", "--password-stdin", given="another long password\n") == 0
    assert accounts.check("ben", PASSWORD) is None and accounts.check("ben", "another long password")
    assert users("disable", "ben") == 0 and accounts.get("ben") is None
    assert users("enable", "Ben") == 0 and accounts.get("ben")
    assert users("admin", "ben", "on") == 0 and accounts.get("ben").admin
    assert users("admin", "anna", "off") == 0 and users("remove", "carl") == 1
    capsys.readouterr()
    assert users("list") == 0
    assert capsys.readouterr().out == "anna\nben  Ben Ito  administrator\n"
    assert users("remove", "ben") == 0 and "No administrator is left" in capsys.readouterr().err
    assert PASSWORD not in caplog.text


def test_a_password_is_typed_twice(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(users_command, "AccessSettings", lambda: CHEAP)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    typed = iter([PASSWORD, "something else", PASSWORD, PASSWORD])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    path = tmp_path / "team.json"
    assert cli.main(["users", str(path), "add", "anna"]) == 1 and "differ" in capsys.readouterr().err
    assert not path.exists()
    assert cli.main(["users", str(path), "add", "anna"]) == 0
