"""Location-relevant articles of queries that do not name them (NewsRECON, arXiv 2601.14121, weak labels)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from newsctx.evaluation.truth import Query
from newsctx.places import atoms
from newsctx.records import Article


def with_location_labels(queries: Sequence[Query], pages: Iterable[Sequence[Article]]) -> tuple[Query, ...]:
    """The queries, each with its location-relevant articles.

    An article is location-relevant if the lowest level of the true place is one of its location keywords, parenthesised
    parts included. Queries that name theirs keep them; one without a place has none.
    """
    wanted = {q.id: atom for q in queries if q.location_relevant is None and (atom := lowest_atom(q.place))}
    found: dict[str, list[str]] = {atom: [] for atom in wanted.values()}
    for page in pages:
        for article in page:
            for atom in atoms(article.location_text):
                if atom in found:
                    found[atom].append(article.article_id)
    return tuple(
        q.model_copy(update={"location_relevant": tuple(found[wanted[q.id]])}) if q.id in wanted else q for q in queries
    )


def lowest_atom(place: str) -> str:
    """`Paris, France` -> `paris`, as the atoms of location keywords are written; empty without a place."""
    names = [part for part in place.split(",") if part.strip()]
    found = atoms(names[0]) if names else ()
    return found[0] if found else ""
