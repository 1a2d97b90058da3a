"""Stage 2b, verify: articles whose photograph geometry finds in the query come first (BeyondVision).

Next come articles with another photograph of the same scene. They stay `ranked`: the place is the same, the day and
the event need not be. Below 8 inliers or confidence 0.4 the order of the retrieval is kept: the published fallback.
"""

from __future__ import annotations

from collections.abc import Sequence

from newsctx.ranking import NO_EDITS, RankEdits, arrange, ranks
from newsctx.records import Hit, Match, VerifyResult
from newsctx.settings import VerifySettings


def run(
    hits: Sequence[Hit], matches: Sequence[Match], settings: VerifySettings, edits: RankEdits = NO_EDITS
) -> VerifyResult:
    """Lift the articles with an accepted match; where nothing is accepted the order is kept.

    Args:
        hits: the fused ranking.
        matches: geometry of archived photographs against the query, any order; one of an article that is not among
            the hits lifts nothing.
        settings: fewer than `min_inliers` or a confidence below `min_confidence` is not accepted.

    Returns:
        Articles whose photograph is in the query in tier `matched`, by confidence, then inliers, then their order
        before; then those with the same scene, likewise; the rest unchanged. All matches, accepted ones first and the
        photograph before the scene, but those of excluded articles. Where the stage is switched off the order is kept
        and there are no matches.
    """
    if not settings.enabled:
        kept = arrange(hits, edits, ranks(hits))
        return VerifyResult(hits=kept, unavailable="switched off in the settings")
    judged = [_judge(m, settings) for m in matches if m.article_id not in edits.excluded]
    judged.sort(
        key=lambda m: (not m.accepted, m.relation != "photo", -m.confidence, -m.inliers, m.article_id, m.image_id)
    )
    best: dict[str, Match] = {}
    for match in judged:
        if match.accepted:
            best.setdefault(match.article_id, match)
    lifted = [_lift(h, best[h.article_id]) for h in hits if h.article_id in best]
    lifted.sort(key=lambda h: _strength(best[h.article_id]))
    rest = [h for h in hits if h.article_id not in best]
    return VerifyResult(hits=arrange([*lifted, *rest], edits, ranks(hits)), matches=tuple(judged))


def _judge(match: Match, settings: VerifySettings) -> Match:
    sound = match.inliers >= settings.min_inliers and match.confidence >= settings.min_confidence
    accepted = sound and not match.note  # a logo is found beyond doubt and still is no evidence
    return match if accepted == match.accepted else match.model_copy(update={"accepted": accepted})


def _strength(match: Match) -> tuple[bool, float, int]:
    return match.relation != "photo", -match.confidence, -match.inliers


def _lift(hit: Hit, match: Match) -> Hit:
    how = "mirrored, " if match.mirrored else ""
    points = f"{how}{match.inliers} matching points, confidence {match.confidence:.2f}."
    if match.relation == "scene":
        return hit.model_copy(update={"reason": f"Its photograph shows the same scene: {points}"})
    return hit.model_copy(update={"tier": "matched", "reason": f"Its photograph is in the query: {points}"})
