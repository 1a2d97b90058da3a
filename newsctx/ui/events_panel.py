"""Events: clusters of articles of one place within days of each other."""

from __future__ import annotations

from typing import Any

from newsctx.records import Cluster, PartialDate
from newsctx.ui.html import day
from newsctx.ui.page import Page
from newsctx.ui.parts import brief, header, relevance

TEMPLATE = "events.html"


def view(page: Page) -> dict[str, Any]:
    """The clusters that an analyst is shown, best first; dropped ones last."""
    result = page.document.stages.events if page.document else None
    return {
        **header(page, "events"),
        "ran": result is not None,
        "scorer": result.scorer if result else "",
        "product": bool(page.document and page.document.settings.get("events", {}).get("order") == "product"),
        "clusters": [row(page, c, i) for i, c in enumerate(shown_clusters(page), 1)],
    }


def shown_clusters(page: Page) -> list[Cluster]:
    """Maximal clusters and those with a decision, dropped ones at the end."""
    result = page.document.stages.events if page.document else None
    clusters = [c for c in result.clusters if c.maximal or decision(page, c)] if result else []
    return sorted(clusters, key=lambda c: decision(page, c) == "dropped")


def decision(page: Page, cluster: Cluster) -> str:
    """What the analyst decided; shown at once, before the stage has run again."""
    return page.edits.clusters.get(cluster.id, "")


def row(page: Page, cluster: Cluster, number: int) -> dict[str, Any]:
    """One cluster with its members."""
    return {
        "id": cluster.id,
        "number": number,
        "place": cluster.place,
        "span": span(cluster),
        "text": cluster.text,
        "probability": cluster.probability,
        "relevance": relevance(page.rated.clusters.get(cluster.id)) if page.rated else None,
        "decision": decision(page, cluster),
        "selected": cluster.id == page.look.cluster,
        "size": len(cluster.article_ids),
        "representative": brief(page, cluster.representative),
        "members": [brief(page, a) for a in cluster.article_ids],
    }


def span(cluster: Cluster) -> str:
    """`26 Dec 2017` or `26 Dec 2017 to 3 Jan 2018`."""
    first, last = (day(PartialDate.model_validate(d.isoformat())) for d in (cluster.first, cluster.last))
    return first if first == last else f"{first} to {last}"
