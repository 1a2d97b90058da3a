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


class AccountError(NewsctxError):
    """The accounts file, an account's name or a password cannot be taken as it is."""


class CaseError(NewsctxError):
    """A title, tag, status or bundle of a case that cannot be taken as it is."""


class BatchError(NewsctxError):
    """A list of photographs, or something asked of a batch, that cannot be taken as it is."""


class BatchNotFound(BatchError):
    """No batch has this id, or none that who asks may see."""

    @classmethod
    def of(cls, batch_id: str) -> BatchNotFound:
        """In the same words whether there is none or it is another's: nobody learns which."""
        return cls(
            f"No batch has the id {batch_id[:40]!r}. It may have been deleted, belong to another --state folder or, where "
            "there are accounts, to somebody else; `batch list` or the start page shows those there are."
        )


class EditConflict(NewsctxError):
    """Somebody else has changed the same thing of a case, and who edits had not seen it: nothing was written."""

    def __init__(self, text: str, others: tuple[object, ...] = (), entries: int = 0, mine: object = None) -> None:
        """`others`: entries of the trail that are in the way; `entries`: its length; `mine`: what was refused."""
        super().__init__(text)
        self.others, self.entries, self.mine = others, entries, mine


class FetchRefused(NewsctxError):
    """A page of the web that is not fetched, or that holds no article."""


class ServiceRefused(NewsctxError):
    """An outside service that is not allowed here or not chosen, or whose answer is not what was expected."""


class CallRefused(NewsctxError):
    """A call of the API or of MCP with a value that cannot be used."""


class EvaluationError(NewsctxError):
    """Queries, truths or predictions that cannot be scored: missing, doubled, unknown or unreadable."""


class TrainingError(NewsctxError):
    """Photographs, labels, models or settings that nothing can be trained with."""
