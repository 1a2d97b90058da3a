"""What every tab looks at now, while work that began under an older look still paints.

An event of Gradio brings the look of the moment it began. Without this, a picture that was shown or covered during an
analysis would turn back with the analysis' next step.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import replace

from newsctx.ui.acts import Here
from newsctx.ui.page import Look

MOST = 1000  # tabs remembered; one that is forgotten keeps the look its events bring


class Looks:
    """The newest look of each tab."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: OrderedDict[str, Look] = OrderedDict()

    def begin(self, look: Look) -> Look:
        """A page opens: its tab gets a name."""
        return replace(look, tab=secrets.token_hex(8))

    def note(self, look: Look) -> None:
        """The tab looks at this now."""
        if look.tab:
            with self._lock:
                self._newest[look.tab] = look
                self._newest.move_to_end(look.tab)
                while len(self._newest) > MOST:
                    self._newest.popitem(last=False)

    def newest(self, here: Here) -> Here:
        """The same with what its tab looks at by now."""
        case_id, look, automatic = here
        with self._lock:
            return case_id, self._newest.get(look.tab, look), automatic
