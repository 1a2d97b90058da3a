"""What stands between the network and the page, outermost first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from starlette.middleware import Middleware

from newsctx.settings import LimitsSettings
from newsctx.ui import uploads
from newsctx.ui.limits import Limits
from newsctx.ui.safe_headers import SafeHeaders

if TYPE_CHECKING:
    from starlette.types import Scope

ACCOUNT = "newsctx.visitor"  # in the scope of a request: the account, where a door has found one


def protection(
    settings: LimitsSettings, doors: Sequence[Middleware] = (), larger: Mapping[str, int] | None = None
) -> list[Middleware]:
    """Headers, then the `doors` (who comes in at all, and as whom), then limits of those who came in; for `larger` see
    `newsctx.ui.limits.Limits`. Doors that read whole bodies (`reads_bodies`) stand behind the limits of bodies.

    From now on Gradio reads uploads as `newsctx.ui.uploads` says, in this whole process.
    """
    uploads.harden(settings)
    inside = [door for door in doors if getattr(door.cls, "reads_bodies", False)]
    return [
        Middleware(SafeHeaders, frame_ancestors=settings.frame_ancestors),
        *(door for door in doors if door not in inside),
        Middleware(Limits, settings=settings, account=_account, room=uploads.Waiting(settings), larger=larger),
        *inside,
    ]


def _account(scope: Scope) -> str:
    return str(scope.get(ACCOUNT) or "")
