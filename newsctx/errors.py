"""The exceptions of the package.

Every message names the value that was refused, what was expected and the remedy; the command line and the
interface print it as it is.
"""

from __future__ import annotations


class NewsctxError(Exception):
    """Base of every error that is the caller's to read: the message is written for the analyst."""


class PhotoRefused(NewsctxError):
    """The uploaded bytes are not a photograph that can be analysed."""


class ArchiveError(NewsctxError):
    """The archive is missing, corrupt, or of a newer version than this program."""


class ImportRefused(NewsctxError):
    """The import source as a whole cannot be read (single bad rows are reported, not raised)."""


class IndexMismatch(NewsctxError):
    """The index was built with other models or for another version of the archive."""


class ModelUnavailable(NewsctxError):
    """A model cannot be loaded here; the message says which and why."""


class SettingsError(NewsctxError):
    """A setting or profile name is unknown or out of range."""


class OverrideError(NewsctxError):
    """An override names something that does not exist or cannot be done."""


class CaseNotFound(NewsctxError):
    """No case has this id, or none that who asks may see."""

    @classmethod
    def of(cls, case_id: str) -> CaseNotFound:
        """In the same words whether there is none or it is another's: nobody learns which."""
        return cls(
            f"No case has the address {case_id[:40]!r}. It may belong to another --state folder or, where there are "
            "accounts, to somebody else; open it from the list of cases, or upload the photograph again."
        )


class AccessRefused(NewsctxError):
    """Who asks may see the case, but not do this."""


class CaseError(NewsctxError):
    """A title, tag, status or bundle of a case that cannot be taken as it is."""


class FetchRefused(NewsctxError):
    """A page of the web that is not fetched, or that holds no article."""


class EvaluationError(NewsctxError):
    """Queries, truths or predictions that cannot be scored: missing, doubled, unknown or unreadable."""


class TrainingError(NewsctxError):
    """Photographs, labels, models or settings that nothing can be trained with."""
