"""Which addresses of the network are public: pages are fetched from those alone, never from inside the house."""

from __future__ import annotations

import ipaddress
from ipaddress import IPv4Address, IPv6Address, IPv6Network

IPAddress = IPv4Address | IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_SPECIAL = tuple(  # that some releases of Python take for public (IANA's special-purpose registries)
    ipaddress.ip_network(n)
    for n in ("192.0.0.0/24", "192.88.99.0/24", "100:0:0:1::/64", "2001::/23", "3fff::/20", "5f00::/16", "3ffe::/16")
    # AS112 and AMT: answered by whatever stands nearest, which can be in the house
    + ("192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24", "2620:4f:8000::/48")
)
_TRANSITION: tuple[tuple[str, IPv6Network], ...] = (  # ways to write an IPv4 address that no public page needs
    ("IPv4-compatible", ipaddress.IPv6Network("::/96")),
    ("IPv4-translated", ipaddress.IPv6Network("::ffff:0:0:0/96")),
    ("local NAT64", ipaddress.IPv6Network("64:ff9b:1::/48")),
    ("Teredo", ipaddress.IPv6Network("2001::/32")),
    ("6to4", ipaddress.IPv6Network("2002::/16")),
)
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214: the upper half of the interface identifier


def why_not_public(address: IPAddress) -> str:
    """Why nothing is fetched from an address; empty for a public one.

    IPv4 addresses that are written as IPv6 (mapped, NAT64) are judged as what they are; other forms are refused.
    """
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or (IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None)
        if inner is not None:
            return why_not_public(inner)
    kinds = (
        ("unspecified", address.is_unspecified),
        ("loopback", address.is_loopback),
        ("link-local", address.is_link_local),
        ("multicast", address.is_multicast),
        *((name, address in net) for name, net in _TRANSITION if isinstance(address, IPv6Address)),
        ("ISATAP", isinstance(address, IPv6Address) and (int(address) >> 32) & 0xFFFFFFFF in _ISATAP),
        ("site-local", isinstance(address, IPv6Address) and address.is_site_local),
        ("private", address.is_private),
        ("reserved", address.is_reserved or not address.is_global or any(address in n for n in _SPECIAL)),
    )
    return next((name for name, so in kinds if so), "")
