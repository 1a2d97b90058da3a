"""Why an article stands at its rank, in one short paragraph: who found it, who moved it, whether it may be used."""

from __future__ import annotations

from newsctx.overrides import ADDED, MoveArticle
from newsctx.records import STAGES, Hit, StageName
from newsctx.ui.language import tr, trn
from newsctx.ui.page import LISTS, Page
from newsctx.ui.parts import LIST_TITLES, channel
from newsctx.ui.why import METHODS

BEST = 3  # channels that are named


def paragraph(page: Page, hit: Hit, stage: StageName) -> list[str]:
    """Sentences, the most decisive first. `stage`: the list that is shown. Texts of articles are not in it."""
    return [
        s for s in (
            *_by_hand(page, hit, stage), _match(page, hit), _found(page, hit), _fused(page, hit),
            _stages(page, hit, stage), _rated(page, hit),
        ) if s
    ]  # fmt: skip


def pending(page: Page, hit: Hit, stage: StageName) -> int | None:
    """The rank that the analyst's newest move asks for and that this list does not show (yet)."""
    if page.status[stage].state not in ("stale", "running", "pending"):
        return None
    move = _move(page, hit.article_id, stage)
    return move.rank if move and move.rank != hit.rank else None


def _move(page: Page, article_id: str, stage: StageName) -> MoveArticle | None:
    """The newest move that this list obeys."""
    here = STAGES.index(stage)
    own = [m for m in page.edits.moves if m.article_id == article_id and STAGES.index(m.stage) <= here]
    return own[-1] if own else None


def _by_hand(page: Page, hit: Hit, stage: StageName) -> list[str]:
    """What the analyst did with it."""
    said = []
    move = _move(page, hit.article_id, stage)
    if hit.article_id.startswith(ADDED):
        said.append(tr("You added it: no archive has it."))
    if hit.article_id in page.edits.pinned:
        said.append(tr("You pinned it, and pinned articles stand above all others."))
    if move:
        said.append(tr("You moved it to rank %(rank)s.", rank=move.rank))
    if hit.article_id in page.edits.corrected:
        said.append(tr("You corrected its place or date; Places, Events and Answer read the correction."))
    return said


def _match(page: Page, hit: Hit) -> str:
    verify = page.document.stages.verify if page.document else None
    own = [m for m in verify.matches if m.accepted and m.article_id == hit.article_id] if verify else []
    if not own:
        return ""
    best = max(own, key=lambda m: m.inliers)
    points = trn("%(num)s point", "%(num)s points", best.inliers)
    if best.relation == "photo":
        return tr(
            "Its photograph is found in the one under check (%(points)s agree), so it stands above articles that only "
            "resemble it.", points=points,
        )  # fmt: skip
    return tr("Its photograph shows the same place (%(points)s agree), so it stands above the rest.", points=points)


def _found(page: Page, hit: Hit) -> str:
    """The channels that put it on the list, the best ranks first."""
    scores = hit.channels or next(
        (h.channels for h in page.hits("retrieve") or () if h.article_id == hit.article_id), {}
    )
    if not scores:
        if hit.article_id.startswith(ADDED):
            return ""
        if hit.article_id in page.edits.pinned:
            return tr("No channel found it: it is here because of you.")
        return tr("No channel found it.")
    order = sorted(scores.items(), key=lambda one: (one[1].rank, channel(one[0])))
    best = ", ".join(tr("%(channel)s (rank %(rank)s)", channel=tr(channel(n)), rank=s.rank) for n, s in order[:BEST])
    ran = [c.name for c in page.document.stages.retrieve.channels if c.state == "ran"] if page.document else []
    if len(order) == 1:
        return trn(
            "Found by the only channel that ran: %(best)s.", "Found by one of %(num)s channels: %(best)s.",
            max(len(ran), 1), best=best,
        )  # fmt: skip
    return tr("Found by %(found)s of %(ran)s channels, best by %(best)s.", found=len(order), ran=len(ran), best=best)


def _fused(page: Page, hit: Hit) -> str:
    """What became of the channels' ranks together."""
    found = next((h for h in page.hits("retrieve") or () if h.article_id == hit.article_id), None)
    retrieve = page.document.stages.retrieve if page.document else None
    if found is None or retrieve is None or found.rank_before is None:
        return ""
    name = METHODS.get(retrieve.fusion, (retrieve.fusion, ""))[0]  # type: ignore[call-overload]
    said = tr("Combined by %(method)s they put it at rank %(rank)s.", method=tr(name), rank=found.rank_before)
    if any(r.added for r in found.refinements) and found.rank != found.rank_before:
        said += " " + tr("Articles of the same days or that cite it made that %(rank)s.", rank=found.rank)
    return said


def _stages(page: Page, hit: Hit, shown: StageName) -> str:
    """The later lists that moved it, up to the one that is shown."""
    steps: list[str] = []
    before: int | None = None
    for stage in LISTS[: LISTS.index(shown) + 1]:
        rank = next((h.rank for h in page.hits(stage) or () if h.article_id == hit.article_id), None)
        if before is not None and rank is not None and rank != before:
            title = tr(LIST_TITLES[stage])
            steps.append(tr("%(stage)s moved it from %(before)s to %(after)s", stage=title, before=before, after=rank))
        before = rank if rank is not None else before
    if steps:
        return "; ".join(steps) + "."
    return tr("No later stage moved it.") if before is not None and shown != LISTS[0] else ""


def _rated(page: Page, hit: Hit) -> str:
    one = page.rated.articles.get(hit.article_id) if page.rated else None
    if one is None:
        return ""
    if one.passes:
        return tr("It is above the relevance gate: the answer and the caption may use it.")
    return tr("It is below the relevance gate: neither the answer nor the caption uses it unless you pin it.")
