"""Tiny language models with random weights, as transformers saves them, and pairs to fine-tune them with."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from newsctx import prompts

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SPECIAL = ["<pad>", "<s>", "</s>", "<|im_start|>", "<|im_end|>"]
TEXTS = [
    "a wide street under water with people on a boat", "two firefighters before a burning hall at night",
    "the river rose over its banks in the old town on monday", "the hall burned down on friday evening",
    "residents leave the old town by boat on monday", "firefighters work at the burning hall on friday",
]  # fmt: skip
PAIRS = [
    {"description": TEXTS[i % 2], "chunks": [TEXTS[2 + i % 2]], "caption": TEXTS[4 + i % 2], "article_id": f"a{i}",
     "split": "dev" if i > 3 else "train"}
    for i in range(6)
]  # fmt: skip
#: On a CPU, small and quick.
QUICK = {"bits": "none", "rank": 4, "alpha": 8, "lr": 2e-2, "batch": 2, "accumulate": 2, "patience": 0,
         "gradient_checkpointing": False, "clip_norm": 1.0}  # fmt: skip


def save_tokenizer(folder: Path, chat: str | None = CHATML) -> int:
    """A byte-level vocabulary; every text can be written and read back. Returns its size."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer, inner.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    special = [AddedToken(s, special=True) for s in SPECIAL]
    prompt = prompts.load("synthesise")
    inner.train_from_iterator(
        [*TEXTS, prompt.system, prompt.text] * 2,
        trainers.BpeTrainer(vocab_size=1500, special_tokens=special, show_progress=False,
                            initial_alphabet=pre_tokenizers.ByteLevel.alphabet()),
    )  # fmt: skip
    inner.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, pad_token="<pad>", bos_token="<s>", eos_token="</s>")
    tokenizer.chat_template = chat
    tokenizer.save_pretrained(str(folder))
    return len(tokenizer)


def save_language_model(folder: Path, kind: str = "qwen2", chat: str | None = CHATML, seed: int = 0) -> Path:
    """A random Qwen2 or Llama of two layers, or a Qwen2-VL with a vision tower of one."""
    from transformers import (  # noqa: I001
        LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM, Qwen2VLConfig, Qwen2VLForConditionalGeneration,
    )  # fmt: skip

    size = save_tokenizer(folder, chat)
    text = {
        "vocab_size": size, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2,
        "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 2048, "pad_token_id": 0,
        "bos_token_id": 1, "eos_token_id": 2, "initializer_range": 0.3,
    }  # fmt: skip
    torch.manual_seed(seed)
    if kind == "qwen2":
        model = Qwen2ForCausalLM(Qwen2Config(**text))
    elif kind == "llama":
        model = LlamaForCausalLM(LlamaConfig(**text))
    else:
        seeing = {"depth": 1, "embed_dim": 16, "hidden_size": 32, "num_heads": 2, "mlp_ratio": 2, "patch_size": 14}
        text["rope_parameters"] = {"rope_type": "default", "mrope_section": [2, 3, 3], "rope_theta": 10000.0}
        tokens = {"image_token_id": 5, "video_token_id": 6, "vision_start_token_id": 7, "vision_end_token_id": 8}
        model = Qwen2VLForConditionalGeneration(Qwen2VLConfig(text_config=text, vision_config=seeing, **tokens))
    model.save_pretrained(str(folder))
    return folder


def write_pairs(path: Path, rows: list[dict] = PAIRS) -> Path:
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path
