"""By which names and addresses a workbench is reached."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def loopback(host: str) -> bool:
    """Whether an address or name is this machine's own, and reached from nowhere else."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:  # a name: whom it lets in cannot be told
        return False


def own_hosts(host: str, root_path: str | None, hosts: Collection[str]) -> frozenset[str]:
    """Names by which a workbench that listens on `host` is reached; none: by any."""
    proxied = urlsplit(root_path or "").hostname
    named = {*hosts, *([proxied] if proxied else [])}
    if loopback(host):
        return frozenset({*named, *LOOPBACK, host.strip("[]").lower()})
    return frozenset({*named, *LOOPBACK}) if hosts else frozenset()
