"""The articles of a case: the archive's as the analyst corrected them, and those that the analyst added."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from newsctx.errors import OverrideError
from newsctx.overrides import CorrectArticle, Edits
from newsctx.records import Article, ArticlePlace, Place

Resolve = Callable[[str], Place | None]


@dataclass
class CaseArticles:
    """Reads each article of the archive once; corrections and added articles are laid over what it read.

    Attributes:
        read: article ids -> articles of the archive; ids that it does not hold are left out.
        resolve: the gazetteer, for the places of corrections; asked only where there are any.
    """

    read: Callable[[list[str]], Mapping[str, Article]]
    edits: Edits
    resolve: Resolve
    _known: dict[str, Article] = field(default_factory=dict)

    def get(self, ids: Iterable[str]) -> dict[str, Article]:
        """Articles by id, in the order asked for; those that nobody holds any more are left out."""
        wanted = list(dict.fromkeys(ids))
        missing = [a for a in wanted if a not in self._known]
        if missing:
            own = {a.article_id: a for a in self.edits.added}
            archived = [a for a in missing if a not in own]
            found = {**(self.read(archived) if archived else {}), **{a: own[a] for a in missing if a in own}}
            self._known |= {a: self._corrected(one) for a, one in found.items()}
        return {a: self._known[a] for a in wanted if a in self._known}

    def placed_anew(self, ids: Iterable[str]) -> dict[str, Article]:
        """Those whose places are not the archive's: what its index knows of their places must not be used."""
        own = {a.article_id for a in self.edits.added}
        own |= {a for a, c in self.edits.corrected.items() if c.places is not None}
        return self.get(a for a in ids if a in own)

    def _corrected(self, article: Article) -> Article:
        found = self.edits.corrected.get(article.article_id)
        return corrected(article, found, self.resolve) if found else article


def given_places(texts: Sequence[str], resolve: Resolve) -> tuple[ArticlePlace, ...]:
    """Places as a source gives them: equal shares of the evidence; one that is not known keeps its keyword alone."""
    share = 1 / len(texts) if texts else 0.0
    return tuple(ArticlePlace(keyword=t, place=resolve(t), weight=share, source="given") for t in texts)


def corrected(article: Article, correction: CorrectArticle, resolve: Resolve) -> Article:
    """The article with the places and the date that the analyst gave; what was not given stays."""
    changes: dict[str, object] = {}
    if correction.places is not None:
        changes["places"] = given_places(correction.places, resolve)
    if correction.published is not None:
        changes |= {"published": correction.published, "published_from": "published"}
    return article.model_copy(update=changes)


def check_places(texts: Iterable[str], resolve: Resolve) -> None:
    """Raise OverrideError for the first place that the gazetteer does not know."""
    for text in texts:
        resolved(text, resolve)


def resolved(text: str, resolve: Resolve) -> Place:
    """The place that the analyst typed. Raises OverrideError where the gazetteer does not know it."""
    found = resolve(text)
    if found is None:
        raise OverrideError(
            f"The gazetteer does not know the place {text[:80]!r}. Try a larger place nearby, or add its country: "
            "`Duisburg (Germany)`."
        )
    return found
