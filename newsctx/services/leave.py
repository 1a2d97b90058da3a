"""What was chosen and sent in a case, read off its audit trail: nothing else keeps it, so that nothing can differ.

Leave that came with a bundle is none: whoever works on the case here gives it anew.
"""

from __future__ import annotations

from collections.abc import Sequence

from newsctx.audit import AuditEntry


def leave(trail: Sequence[AuditEntry], service: str) -> AuditEntry | None:
    """The entry by which a service was chosen for the case; None where it was not, or no longer is."""
    for entry in reversed(trail):
        if entry.what == "imported":
            return None
        if entry.what == "leave" and entry.detail.get("service") == service:
            return entry if entry.detail.get("on") is True else None
    return None


def last_sent(trail: Sequence[AuditEntry], service: str) -> AuditEntry | None:
    """The newest entry on something that went to a service."""
    return next((e for e in reversed(trail) if e.what == "sent" and e.detail.get("service") == service), None)
