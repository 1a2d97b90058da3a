"""Who asks where there are accounts: told by the login that came with the request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from starlette.middleware import Middleware

from newsctx.access import NOBODY, Visitor
from newsctx.accounts import Account, Accounts
from newsctx.ui.account_door import VISITOR, AccountDoor
from newsctx.ui.belongings import FileRights, TabOwners
from newsctx.ui.logins import Sessions

if TYPE_CHECKING:
    import gradio as gr

    from newsctx.workbench import Workbench


class AccountGate:
    """Tells accounts apart. An account that is gone or disabled by now is nobody."""

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts

    def visitor(self, request: gr.Request | None) -> Visitor:
        """The account that a request's login is of (`newsctx.ui.account_door` has put it there)."""
        inner: Any = getattr(request, "request", None)
        return self.of(getattr(inner, "scope", None) or {})

    def of(self, scope: Mapping[str, Any]) -> Visitor:
        """The same for the scope of a request."""
        name = scope.get(VISITOR)
        found = self.accounts.get(name) if isinstance(name, str) and name else None
        return Visitor("account", found.name, found.admin) if found else NOBODY

    def account(self, visitor: Visitor) -> Account | None:
        """The account of a visitor, for its name in full."""
        return self.accounts.get(visitor.name) if visitor.kind == "account" else None

    def doors(self, workbench: Workbench) -> tuple[Middleware, ...]:
        """What stands before the page: the login, then what belongs to whom beside the cases."""
        settings = workbench.settings
        return (
            Middleware(AccountDoor, accounts=self.accounts, settings=settings, sessions=Sessions(settings.access)),
            Middleware(TabOwners, who=self.of, most=2 * settings.photo.max_bytes),
            Middleware(FileRights, who=self.of, workbench=workbench),
        )
