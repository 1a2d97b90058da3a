"""A small lower-case byte-level BPE vocabulary, learned from an archive's texts, in the form that open_clip loads.

The standard CLIP vocabulary has 49,408 entries: alone more than a small model may weigh.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from newsctx.cache import write_beside
from newsctx.errors import TrainingError

PAD, UNKNOWN, START, END = "[PAD]", "[UNK]", "[BOS]", "[EOS]"
SPECIAL = (PAD, UNKNOWN, START, END)  # their ids are 0..3; `pad_id` and `eos_id` of the model's configuration


def train_tokenizer(texts: Iterable[str], size: int, context: int, folder: Path) -> int:
    """Learn the vocabulary and write `tokenizer.json` and `tokenizer_config.json`; the same texts give the same bytes.

    Args:
        texts: at least one; accents and case are folded.
        size: entries at most.
        context: longest text, tokens.

    Returns:
        How many entries it has.
    """
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

    found = sorted({" ".join(t.split()) for t in texts if t.strip()})
    if not found:
        raise TrainingError("no text to learn a vocabulary from: expected an archive with articles (--archive DIR).")
    # byte-level: nothing is unknown, and unlike word pieces the trainer gives the same merges in every run
    tokenizer = Tokenizer(models.BPE(unk_token=None))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFD(), normalizers.StripAccents(), normalizers.Lowercase(), normalizers.NFC()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=list(SPECIAL), min_frequency=2, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    tokenizer.train_from_iterator(found, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{START} $A {END}", special_tokens=[(START, SPECIAL.index(START)), (END, SPECIAL.index(END))]
    )
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": context,
        "clean_up_tokenization_spaces": False,
        "pad_token": PAD,
        "unk_token": UNKNOWN,
        "bos_token": START,
        "eos_token": END,
    }
    write_beside(folder / "tokenizer.json", tokenizer.to_str(pretty=False).encode())
    write_beside(folder / "tokenizer_config.json", (json.dumps(config, indent=1) + "\n").encode())
    return tokenizer.get_vocab_size()
