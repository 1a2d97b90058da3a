"""Which pictures of a case are hidden until they are chosen.

A picture is hidden where the analyst marked it, and where it is the same photograph as a marked one: hiding the
photograph under check would be worth little if the archive's copy of it stood in the next panel.
"""

from __future__ import annotations

from newsctx.document import Document
from newsctx.overrides import replay

PHOTO = ""  # the id that stands for the photograph under check; every other id is an archived picture's sha256


def same_photograph(document: Document) -> frozenset[str]:
    """The photograph under check and the archived pictures that geometry found to be the photograph itself."""
    matches = document.stages.verify.matches if document.stages.verify else ()
    copies = {m.image_id for m in matches if m.accepted and m.relation == "photo"}
    return frozenset({PHOTO, *copies, *([document.photo.sha256] if document.photo else [])})


def hidden(document: Document) -> frozenset[str]:
    """Ids of all pictures to hide: `PHOTO` and archived ones (sha256). What leaves a case asks here, too: exports."""
    marked = frozenset(replay(document.overrides).sensitive)
    same = same_photograph(document)
    return marked | same if marked & same else marked
