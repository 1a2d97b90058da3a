"""Events: clusters of articles of one place within days of each other."""

from __future__ import annotations

import json
from typing import Any

from newsctx.overrides import MergeClusters, SplitCluster
from newsctx.records import Cluster, PartialDate
from newsctx.ui import override_words
from newsctx.ui.html import day
from newsctx.ui.language import tr
from newsctx.ui.page import Page
from newsctx.ui.parts import evidence, header, relevance

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
        "groupings": [grouping(page, g) for g in page.edits.regrouped],
    }


def grouping(page: Page, one: MergeClusters | SplitCluster) -> dict[str, str]:
    """A merger or a split that holds, and what takes it back."""
    merged = isinstance(one, MergeClusters)
    ids = one.cluster_ids if isinstance(one, MergeClusters) else one.article_ids
    headlines = _only_merged(page) if merged else "; ".join(override_words.headline(page, a) for a in ids)
    return {
        "action": one.action,
        "text": override_words.sentence(page, one),
        "reason": one.reason,
        "members": headlines,
        "id": "" if isinstance(one, MergeClusters) else one.cluster_id,
        "ids": json.dumps(ids),
    }


def _only_merged(page: Page) -> str:
    """Place and days of the merged event, where there is just one: the events that it was made of are gone."""
    result = page.document.stages.events if page.document else None
    made = [c for c in result.clusters if c.id.startswith("merged-")] if result else []
    mergers = [g for g in page.edits.regrouped if isinstance(g, MergeClusters)]
    return f"{made[0].place}, {span(made[0])}" if len(made) == len(mergers) == 1 else ""


def derived(cluster: Cluster) -> str:
    """What the analyst made this event by; empty where it is one of the articles alone."""
    return {"merged": tr("merged by you"), "split": tr("split by you")}.get(cluster.id.partition("-")[0], "")


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
        "ids": cluster.article_ids,
        "derived": derived(cluster),
        "representative": evidence(page, cluster.representative),
        "members": [evidence(page, a) for a in cluster.article_ids] if cluster.id == page.look.cluster else [],
    }


def span(cluster: Cluster) -> str:
    """`26 Dec 2017` or `26 Dec 2017 to 3 Jan 2018`."""
    first, last = (day(PartialDate.model_validate(d.isoformat())) for d in (cluster.first, cluster.last))
    return first if first == last else tr("%(first)s to %(last)s", first=first, last=last)
