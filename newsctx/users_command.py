"""`python -m newsctx users FILE ...`: who may log in to a workbench that is started with --auth FILE.

Passwords are asked for, or read from standard input; never from the command line, which others can see.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable
from pathlib import Path

from newsctx.accounts import Account, AccountFile, Passwords, account_name, added, changed, find, removed
from newsctx.errors import AccountError
from newsctx.settings import AccessSettings


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("users", help="who may log in: the accounts file of `app --auth FILE`")
    parser.add_argument("file", type=Path, metavar="FILE", help="the accounts file")
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")

    def one(name: str, run: Callable[[argparse.Namespace], int], about: str) -> argparse.ArgumentParser:
        made = what.add_parser(name, help=about)
        made.set_defaults(run=run)
        if name != "list":
            made.add_argument("name", metavar="NAME")
        return made

    new = one("add", _add, "a new account; begins the file where there is none")
    new.add_argument("--admin", action="store_true", help="sees every case and changes the workbench for all")
    new.add_argument("--display", default="", metavar="TEXT", help="the name in full")
    one("remove", _remove, "take an account away; its cases stay, under its name")
    one("list", _list, "the accounts")
    again = one("password", _password, "another password; logs the account out everywhere")
    for asks in (new, again):
        asks.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    one("admin", _admin, "make an account an administrator").add_argument("state", choices=["on", "off"])
    one("disable", _disable, "shut an account out; its cases stay its own")
    one("enable", _enable, "let it in again")


def read_password(args: argparse.Namespace) -> str:
    """What is typed twice, or the first line of standard input. Raises AccountError."""
    if args.password_stdin:
        return sys.stdin.readline().removesuffix("\n").removesuffix("\r")
    if not sys.stdin.isatty():
        raise AccountError("No terminal to ask for the password: use --password-stdin and pass it there.")
    first = getpass.getpass(f"Password for {args.name}: ")
    if first != getpass.getpass("The same again: "):
        raise AccountError("The two passwords differ; nothing was changed. Try again.")
    return first


def _add(args: argparse.Namespace) -> int:
    file, name = AccountFile(args.file), account_name(args.name)
    hashed = Passwords(AccessSettings()).hash(read_password(args), name)
    one = Account(name=name, hash=hashed, admin=args.admin, display=args.display.strip()[:64])
    file.change(lambda accounts: added(accounts, one), make=True)
    print(f"{name} can log in to a workbench that is started with --auth {file.path}")
    return 0


def _remove(args: argparse.Namespace) -> int:
    file = AccountFile(args.file)
    name = find(file.read(), args.name).name
    file.change(lambda accounts: removed(accounts, name))
    print(f"{name} is out, at once. Cases of {name} stay {name}'s: whoever gets this name later would get them, too.")
    print("To keep the name taken, use `disable` instead; to pass cases on, `python -m newsctx cases give`.")
    return _warn(file)


def _list(args: argparse.Namespace) -> int:
    for one in AccountFile(args.file).read():
        marks = [m for m, on in (("administrator", one.admin), ("disabled", one.disabled)) if on]
        display = "".join(c for c in one.display if c.isprintable())
        print("  ".join(part for part in (one.name, display, ", ".join(marks)) if part))
    return 0


def _password(args: argparse.Namespace) -> int:
    file = AccountFile(args.file)
    name = find(file.read(), args.name).name
    hashed = Passwords(AccessSettings()).hash(read_password(args), name)
    file.change(lambda accounts: changed(accounts, name, hash=hashed))
    print(f"{name} has another password and is logged out everywhere.")
    return 0


def _admin(args: argparse.Namespace) -> int:
    return _change(
        args, "is an administrator" if args.state == "on" else "is no administrator", admin=args.state == "on"
    )


def _disable(args: argparse.Namespace) -> int:
    return _change(args, "is shut out, at once", disabled=True)


def _enable(args: argparse.Namespace) -> int:
    return _change(args, "can log in again", disabled=False)


def _change(args: argparse.Namespace, said: str, **values: bool) -> int:
    file = AccountFile(args.file)
    file.change(lambda accounts: changed(accounts, args.name, **values))
    print(f"{find(file.read(), args.name).name} {said}.")
    return _warn(file)


def _warn(file: AccountFile) -> int:
    try:
        left = [a for a in file.read() if not a.disabled]
    except AccountError:
        left = []
    if not any(a.admin for a in left):
        print("No administrator is left: nobody sees cases that are nobody's or changes the profile.", file=sys.stderr)
    return 0
