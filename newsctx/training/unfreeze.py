"""Which parameters of an open_clip model train: projections and the last blocks of both towers (NewsRECON sec. 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from newsctx.errors import TrainingError

if TYPE_CHECKING:
    from torch import nn

_STACKS = ("transformer.resblocks", "trunk.blocks", "trunk.stages", "transformer.encoder.layer", "transformer.layers")
_PROJECTIONS = ("proj", "text_projection", "head", "attnpool", "attn_pool", "trunk.attn_pool", "trunk.head")
_TEXT_OF_CLIP = ("transformer", "token_embedding", "positional_embedding", "ln_final", "text_projection", "cls_emb")


def unfreeze(model: nn.Module, last: str, temperature: bool = False) -> list[str]:
    """Freeze everything but the projections and the last blocks of both towers.

    Args:
        last: a number of blocks, or `all` for every parameter.
        temperature: whether the temperature trains, too; with `all` it always does.

    Returns:
        Names of the parameters that train, in the model's order.

    Raises:
        TrainingError: a tower whose blocks or projection are not found.
    """
    if last == "all":
        for p in model.parameters():
            p.requires_grad_(True)
        return [name for name, _ in model.named_parameters()]
    chosen: set[int] = set()
    for side, tower in (("image", model.visual), ("text", _text(model))):
        blocks = blocks_of(tower)
        projections = [p for name in _PROJECTIONS for p in _parameters(_find(tower, name))]
        if not blocks or not projections:
            what = "blocks" if not blocks else "a projection"
            raise TrainingError(
                f"the {side} tower {type(tower).__name__} has no {what} that training knows; use --unfreeze all."
            )
        ends = blocks[max(len(blocks) - int(last), 0) :]
        chosen |= {id(p) for p in (*projections, *(p for block in ends for p in block.parameters()))}
    for name, p in model.named_parameters():
        p.requires_grad_(id(p) in chosen or (temperature and name == "logit_scale"))
    return [name for name, p in model.named_parameters() if p.requires_grad]


def blocks_of(tower: Any) -> list[nn.Module]:
    """The blocks of a tower, first to last: of transformers, ModifiedResNet, and towers of timm."""
    for name in _STACKS:
        found = _find(tower, name)
        if found is not None:
            return _flat(found)
    for owner in (tower, getattr(tower, "trunk", None)):
        layers = [getattr(owner, f"layer{n}", None) for n in range(1, 5)]
        if all(layer is not None for layer in layers):
            return [b for layer in layers for b in layer]
    return []


def set_train(model: nn.Module) -> None:
    """Training mode for what trains; frozen modules stay as in inference (batch norm statistics, dropout)."""
    model.eval()
    _train_whole(model)


def _train_whole(module: nn.Module) -> None:
    """A module whose parameters all train is in training mode with all that it holds, so that its dropout works."""
    own = list(module.parameters())
    if own and all(p.requires_grad for p in own):
        module.train()
        return
    for child in module.children():
        _train_whole(child)


def _flat(stack: Any) -> list[nn.Module]:
    """The blocks of stages: `Sequential` of `Sequential`s, or stages with `.blocks`."""
    from torch import nn

    found: list[nn.Module] = []
    for part in stack:
        inner = getattr(part, "blocks", None)
        if isinstance(inner, (nn.Sequential, nn.ModuleList)):
            found += list(inner)
        elif isinstance(part, nn.Sequential):
            found += list(part)
        else:
            found.append(part)
    return found


def _text(model: Any) -> Any:
    """The text tower; open_clip's CLIP keeps its parts on the model itself."""
    return model.text if hasattr(model, "text") else _PartsOfClip(model)


class _PartsOfClip:
    def __init__(self, model: Any) -> None:
        for name in _TEXT_OF_CLIP:
            setattr(self, name, getattr(model, name, None))


def _find(owner: Any, dotted: str) -> Any:
    for name in dotted.split("."):
        owner = getattr(owner, name, None)
        if owner is None:
            return None
    return owner


def _parameters(part: Any) -> list[Any]:
    from torch import nn

    if part is None:
        return []
    return [part] if isinstance(part, nn.Parameter) else list(part.parameters())
