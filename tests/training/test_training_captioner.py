"""Fine-tuning a captioner, on random models of two layers: what is learned and stored, and what survives a kill."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from training.captioner_world import PAIRS, QUICK, save_language_model, write_pairs

from newsctx import cli, prompts
from newsctx.adapters import load_adapter
from newsctx.errors import ModelUnavailable, TrainingError
from newsctx.prompts.evidence import references
from newsctx.runtime import Device
from newsctx.settings import CaptionSettings
from newsctx.training import captioner_model
from newsctx.training.captioner import CaptionerTraining
from newsctx.training.captioner_data import Pair, read_pairs
from newsctx.training.captioner_model import load_base, target_pattern, with_adapter
from newsctx.training.captioner_options import CaptionerOptions
from newsctx.training.captioner_prompt import caption_prompt, evidence_of
from newsctx.training.captioner_tokens import IGNORED, Example, Tokens, collate, encode
from newsctx.writers.structured import parse

CPU = Device("cpu", "of the test")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Qwen2, a Llama without a chat template and a Qwen2-VL, with the pairs."""
    folder = tmp_path_factory.mktemp("captioner")
    save_language_model(folder / "qwen2")
    save_language_model(folder / "llama", "llama", chat=None)
    save_language_model(folder / "qwen2_vl", "qwen2_vl")
    write_pairs(folder / "pairs.jsonl")
    return folder


def options(**more: object) -> CaptionerOptions:
    return CaptionerOptions.model_validate(QUICK | more)


def training_of(models: Path, work: Path, kind: str = "qwen2", **more: object) -> CaptionerTraining:
    """Two pairs to train and one for development, of the same two photographs."""
    o = options(**{"accumulate": 1, "dropout": 0.0} | more)
    base = load_base(str(models / kind), CPU, o)
    tokens = Tokens(base.tokenizer, caption_prompt(), o.max_length)
    found = encode(tokens, read_pairs(models / "pairs.jsonl")[:3])
    return CaptionerTraining(with_adapter(base, o), found[:2], found[2:], tokens.pad, o, work, "of the test")


def tokens_of(models: Path, kind: str = "qwen2", max_length: int = 2048) -> Tokens:
    from transformers import AutoTokenizer

    return Tokens(AutoTokenizer.from_pretrained(str(models / kind)), caption_prompt(), max_length)


# --- what is asked and what is learned ------------------------------------------------------------------------


def test_what_trains_is_the_prompt_that_the_writer_sends(models: Path) -> None:
    pair = read_pairs(models / "pairs.jsonl")[0]
    tokens = tokens_of(models)
    evidence = evidence_of(pair)
    prompt = prompts.load("synthesise")
    user = prompts.fill(prompt, evidence, CaptionSettings(), description=pair.description)
    sent = [{"role": "system", "content": prompt.system}, {"role": "user", "content": user}]
    asked, answered = tokens.texts(pair)
    assert asked == tokens._tokenizer.apply_chat_template(sent, tokenize=False, add_generation_prompt=True)
    assert pair.description in asked and pair.chunks[0] in asked and pair.caption not in asked
    assert tokens.trained_prompt.text == prompt.text and tokens.trained_prompt.name == prompt.template
    # and the answer is what the writer reads
    ids = references(evidence, CaptionSettings()).ids
    read = parse(answered.removesuffix("<|im_end|>"), ids, most=3)
    assert [s.text for s in read.sentences] == [pair.caption] and not read.notes
    assert read.sentences[0].chunk_ids == (ids["c1"],), "the passage with the caption's words"


def test_citations_are_the_ids_that_hold_names_and_dates() -> None:
    pair = Pair.model_validate({
        "chunks": ["The Seine rose by two metres.", "Angela Merkel spoke in Duisburg."],
        "metadata": {"headline": "After the flood", "published": "2017-12-26", "source": "Daily News"},
        "caption": "Angela Merkel in Duisburg on 26 December 2017. Photo by nobody we know of.",
    })  # fmt: skip
    target = caption_prompt().target(pair)
    rows = json.loads(target.text)["sentences"]
    assert rows[0] == {"text": "Angela Merkel in Duisburg on 26 December 2017.", "chunks": ["c2", "m2"]}
    assert rows[1]["chunks"] == [], "nothing holds any of it: that is not made up"
    assert target.found == 3 == target.mentions, "a name, a place, a date"
    assert (target.sentences, target.cited) == (2, 1)
    unknown = pair.model_copy(update={"caption": "Emmanuel Macron in Lisbon.", "metadata": Pair(caption="x").metadata})
    target = caption_prompt().target(unknown)
    assert (target.found, target.mentions) == (0, 2)


@pytest.mark.parametrize("kind", ["qwen2", "llama"])
def test_only_the_tokens_of_the_answer_are_learned(models: Path, kind: str) -> None:
    tokens, pair = tokens_of(models, kind), read_pairs(models / "pairs.jsonl")[0]
    tokenizer = tokens._tokenizer
    asked, answered = tokens.texts(pair)
    example = tokens.example(pair, "the pair")
    learned = [label != IGNORED for label in example.labels]
    first = learned.index(True)
    assert not any(learned[:first]) and all(learned[first:]), "the prompt, then the answer"
    for token, label in zip(example.ids[first:], example.labels[first:], strict=True):
        assert token == label
    end = "<|im_end|>" if kind == "qwen2" else "</s>"
    assert tokenizer.convert_ids_to_tokens(example.ids[-1]) == end, "it learns to stop"
    shown = tokenizer.decode(example.ids[first:])
    assert shown == (answered if kind == "qwen2" else answered + end)
    assert shown.count(end) == 1 and json.loads(shown.removesuffix(end))["sentences"][0]["text"] == pair.caption
    before = tokenizer.decode(example.ids[:first])
    if kind == "qwen2":
        assert before == asked and example.ids[0] == tokenizer.convert_tokens_to_ids("<|im_start|>")
    else:
        assert before == f"<s>{asked}" and asked.endswith("\n\n"), "begins as the tokenizer begins, has no end inside"


def test_a_template_without_a_system_role_and_one_that_shows_only_lists(models: Path) -> None:
    pair = read_pairs(models / "pairs.jsonl")[0]
    tokens = tokens_of(models)
    usual, _ = tokens.texts(pair)
    tokens._tokenizer.chat_template = (
        "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
        "<|im_start|>{{ m.role }}\n{{ m.content | trim }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
    asked, answered = tokens.texts(pair)
    assert asked.count("<|im_start|>") == 2 and answered.endswith("<|im_end|>")
    assert asked == usual.replace("<|im_start|>system", "<|im_start|>user").replace(
        "<|im_end|>\n<|im_start|>user", "\n"
    )
    tokens._tokenizer.chat_template = (
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{% for p in m.content %}{{ p.text }}{% endfor %}<|im_end|>\n"
        "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
    assert tokens.texts(pair)[0] == usual, "a text is no list of parts: its words would silently be left out"
    tokens._tokenizer.chat_template = "{% for m in messages %}{{ m.role }}{% endfor %}"
    with pytest.raises(TrainingError, match="cannot show a question with its answer"):
        tokens.texts(pair)


def test_the_loss_is_that_of_each_token_by_itself(models: Path, tmp_path: Path) -> None:
    """Against an oracle that asks the model for one token after the other, without padding or masks."""
    training = training_of(models, tmp_path)
    model = training.model.eval()

    def slow(example: Example) -> float:
        first, total = len(example.ids) - example.learned, 0.0
        for at in range(first, len(example.ids)):
            logits = model(torch.tensor([example.ids[:at]])).logits[0, -1]
            total -= torch.log_softmax(logits.float(), 0)[example.ids[at]].item()
        return total

    with torch.no_grad():
        expected = [slow(e) for e in training._train]
        assert len(training._train[0].ids) != len(training._train[1].ids), "one of them is padded"
        assert training._loss(training._train).item() == pytest.approx(sum(expected), rel=1e-4)
        training._sparse = False  # models that compute all logits
        assert training._loss(training._train).item() == pytest.approx(sum(expected), rel=1e-4)
    batch = collate(training._train, pad=0)
    lengths = [len(e.ids) for e in training._train]
    assert batch["attention_mask"].sum(dim=1).tolist() == lengths
    assert (batch["labels"] != IGNORED).sum(dim=1).tolist() == [e.learned for e in training._train]


def test_what_is_too_long_loses_its_last_chunks_and_says_so(models: Path) -> None:
    pair = read_pairs(models / "pairs.jsonl")[0]
    long = pair.model_copy(update={"chunks": (*pair.chunks, "water " * 300)})
    whole = tokens_of(models, max_length=4000).example(long, "x")
    cut = tokens_of(models, max_length=len(whole.ids) - 1).example(long, "x")
    assert cut.chunks_left_out == 1 and whole.chunks_left_out == 0
    assert cut == dataclasses.replace(tokens_of(models).example(pair, "x"), chunks_left_out=1)
    with pytest.raises(TrainingError, match=r"pair 1 \(a0\): the prompt without any chunk \(\d+ tokens\)"):
        encode(tokens_of(models, max_length=300), [pair])
    with pytest.raises(
        TrainingError, match=r"pair 2 \(a0\): its caption is \d+ tokens .* more than max_length 20; short"
    ):
        tokens = tokens_of(models, max_length=20)
        tokens._tokens = lambda p, real=tokens._tokens: ((1,), real(p)[1][:3]) if p.caption == "short" else real(p)
        encode(tokens, [pair.model_copy(update={"caption": "short"}), pair])


# --- training -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["qwen2", "llama", "qwen2_vl"])
def test_the_loss_falls(models: Path, tmp_path: Path, kind: str) -> None:
    training = training_of(models, tmp_path, kind, epochs=6)
    frozen = {n: p.clone() for n, p in training.model.named_parameters() if not p.requires_grad}
    training.run()
    losses = [h["loss"] for h in training.history]
    assert losses[-1] < losses[0] / 1.5 and losses == sorted(losses, reverse=True)
    assert training.best["loss"] < training.before["loss"] / 1.5
    trained = [n for n, p in training.model.named_parameters() if p.requires_grad]
    assert trained and all("lora_" in n for n in trained)
    assert not any("visual" in n for n in trained), "no photograph is shown, so nothing that sees trains"
    for name, weight in training.model.named_parameters():
        if not weight.requires_grad:
            assert torch.equal(weight, frozen[name]), name


def test_it_learns_two_captions_by_heart_and_the_stored_adapter_writes_them(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    out = tmp_path / "adapter"
    given = QUICK | {"epochs": 60, "accumulate": 1, "dropout": 0.0, "rank": 8, "alpha": 16}
    rows = [PAIRS[0], PAIRS[1], PAIRS[4]]
    (tmp_path / "settings.json").write_text(json.dumps(given))
    args = ["--pairs", write_pairs(tmp_path / "p.jsonl", rows), "--settings", tmp_path / "settings.json",
            "--model", models / "qwen2", "--out", out, "--device", "cpu", "--name", "by heart"]  # fmt: skip
    assert cli.main(["train", "captioner", *map(str, args)]) == 0
    assert re.search(r"dev loss \d\.\d+ -> 0\.\d+ nats per token", capsys.readouterr().out)
    record = json.loads((out / "training.json").read_text())
    assert record["data"] | {"hash": ""} == {
        "train": 2, "dev": 1, "articles": 3, "with_description": 3, "shortened": 0, "caption_tokens": 74,
        "tokens": record["data"]["tokens"], "mentions": 3, "mentions_in_evidence": 3,
        "sentences": 3, "sentences_cited": 3, "hash": "",
    }  # fmt: skip
    assert record["settings"]["rank"] == 8 and record["steps"] == 60 and record["complete"]
    assert {"peft", "transformers", "torch", "newsctx"} <= set(record["versions"])
    assert str(tmp_path) not in (out / "training.json").read_text() and record["model"]["base"] == "local-dir:qwen2"

    model, info = load_adapter(AutoModelForCausalLM.from_pretrained(models / "qwen2"), out)
    assert info is not None and info.name == "by heart" and info.metrics["dev_loss"] == record["best"]["loss"]
    assert info.base_digest == record["model"]["base_digest"] and info.data_hash == record["data"]["hash"]
    tokenizer = AutoTokenizer.from_pretrained(models / "qwen2")
    for row in rows[:2]:
        evidence = evidence_of(Pair.model_validate(row))
        prompt = dataclasses.replace(prompts.load("synthesise", info.prompt.preset), text=info.prompt.text)
        user = prompts.fill(prompt, evidence, CaptionSettings(), description=row["description"])
        asked = tokenizer.apply_chat_template(
            [{"role": "system", "content": info.prompt.system}, {"role": "user", "content": user}],
            add_generation_prompt=True, return_tensors="pt", return_dict=True,
        )  # fmt: skip
        end = tokenizer.convert_tokens_to_ids("<|im_end|>")
        written = model.generate(**asked, max_new_tokens=60, do_sample=False, eos_token_id=end)
        answer = tokenizer.decode(written[0, asked["input_ids"].shape[1] :], skip_special_tokens=True)
        read = parse(answer, references(evidence, CaptionSettings()).ids, most=3)
        assert [s.text for s in read.sentences] == [row["caption"]] and not read.sentences[0].problem


def test_how_a_step_is_cut_into_passes_changes_nothing(models: Path, tmp_path: Path) -> None:
    weights = []
    for batch, accumulate, checkpointing in ((2, 1, False), (1, 2, False), (2, 1, True)):
        training = training_of(
            models, tmp_path / f"{batch}{checkpointing}", epochs=2, batch=batch, accumulate=accumulate,
            gradient_checkpointing=checkpointing,
        )  # fmt: skip
        assert training.steps_per_epoch == 1
        training.run()
        weights.append(training.best_weights)
    for other in weights[1:]:
        for name, tensor in weights[0].items():
            torch.testing.assert_close(other[name], tensor, rtol=1e-3, atol=1e-4)


def test_the_learning_rate_warms_up_and_falls(models: Path, tmp_path: Path) -> None:
    training = training_of(models, tmp_path, epochs=5, warmup_steps=2, schedule="cosine", batch=1)
    rates = []
    for training.step in range(10):
        rates.append(round(training._factor(), 4))
    # ten steps: two of warm-up, then half a cosine over eight: 0.5 (1 + cos(pi n / 8))
    assert rates == [0.5, 1.0, 1.0, 0.9619, 0.8536, 0.6913, 0.5, 0.3087, 0.1464, 0.0381]
    constant = training_of(models, tmp_path, epochs=5)
    constant.step = 4
    assert constant._factor() == 1.0


def test_it_stops_early_and_keeps_the_best_epoch(models: Path, tmp_path: Path) -> None:
    training = training_of(models, tmp_path, epochs=9, patience=1, lr=2e-2)
    training._dev = [  # what is learned of the photographs is wrong for these: the answers are exchanged
        Example(a.ids[: len(a.ids) - a.learned] + b.ids[-b.learned :], (IGNORED,) * (len(a.ids) - a.learned)
                + b.ids[-b.learned :]) for a, b in (training._train, training._train[::-1])
    ]  # fmt: skip
    real, shown = training.evaluate, iter([5.0, 4.0, 3.0, 3.5])
    training.evaluate = lambda: next(shown)  # type: ignore[method-assign]
    training.run()
    assert training.epoch == 3 and training.best == {"loss": 3.0, "epoch": 2} and not training.complete
    last = {k: t.clone() for k, t in training._state().items()}
    best = training.best_weights
    assert any(not torch.equal(best[k], last[k]) for k in last)
    assert [p.name for p in tmp_path.glob("best-*")] == ["best-2.safetensors"], "earlier ones are removed"
    assert real() > 0


def test_numbers_that_run_over_are_an_error(models: Path, tmp_path: Path) -> None:
    training = training_of(models, tmp_path, lr=1e30, clip_norm=0.0, epochs=5)
    with pytest.raises(TrainingError, match=r"the loss of step \d is (nan|inf): .* lower --lr than 1e\+30"):
        training.run()


# --- killed and resumed ---------------------------------------------------------------------------------------

KILL = """
import os, signal, sys
sys.path.insert(0, "tests")
from newsctx import cli
from newsctx.training import captioner
real = captioner.CaptionerTraining.__init__
def init(self, *args, **more):
    real(self, *args, **more, after_step=lambda step: os.kill(os.getpid(), signal.SIGKILL) if step == 5 else None)
captioner.CaptionerTraining.__init__ = init
cli.main(sys.argv[1:])
"""


def test_after_kill_9_it_goes_on_and_ends_with_exactly_the_same_adapter(models: Path, tmp_path: Path) -> None:
    root = Path(cli.__file__).parents[1]
    given = QUICK | {"epochs": 2, "batch": 1, "accumulate": 1, "dropout": 0.3, "checkpoint_steps": 2, "rank": 2}
    (tmp_path / "settings.json").write_text(json.dumps(given))
    rows = [r for r in PAIRS if r["split"] == "train"][:3] + PAIRS[4:5]

    def args(out: str, *more: str) -> list[str]:
        command = ["train", "captioner", "--pairs", write_pairs(tmp_path / "p.jsonl", rows), "--model",
                   models / "qwen2", "--settings", tmp_path / "settings.json", "--device", "cpu",
                   "--out", tmp_path / out]  # fmt: skip
        return [*map(str, command), *more]

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        killed = subprocess.run(
            [sys.executable, "-c", KILL, *args("cut")], cwd=root, capture_output=True, text=True, timeout=120,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert not (tmp_path / "cut").exists(), (
            "killed after step 5 of 6; the last checkpoint is of step 4, within the second epoch"
        )
        assert cli.main(args("whole")) == 0
        assert cli.main(args("cut", "--resume")) == 0
        for name in ("adapter_model.safetensors", "adapter_config.json", "newsctx_adapter.json"):
            assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
        records = [json.loads((tmp_path / n / "training.json").read_text()) for n in ("cut", "whole")]
        assert records[0]["epochs"] == records[1]["epochs"] and records[0]["steps"] == 6
        # a resume of what is done does nothing more; other settings or data are another run
        assert cli.main(args("cut", "--resume")) == 0
        with pytest.raises(TrainingError, match="of another run"):
            from newsctx.training.captioner_command import captioner

            captioner(cli.build_parser().parse_args(args("cut", "--resume", "--lr", "1e-5")))
    finally:
        torch.set_num_threads(threads)


# --- models ---------------------------------------------------------------------------------------------------


def test_quantised_weights_need_a_cuda_device_and_the_package(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelUnavailable, match=r"bits '8' needs a CUDA device, and this runs on cpu .*`--bits none`"):
        load_base(str(models / "qwen2"), CPU, CaptionerOptions())
    monkeypatch.setattr(captioner_model.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelUnavailable, match=r"bits '4' needs the package bitsandbytes.*`pip install bitsandbytes`"):
        load_base(str(models / "qwen2"), Device("cuda", "asked for"), options(bits="4"))


def test_how_quantised_weights_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """What from_pretrained is given; nothing is loaded, which takes a GPU."""
    pytest.importorskip("accelerate")
    monkeypatch.setattr(captioner_model.importlib.util, "find_spec", lambda name: object())
    gpu = Device("cuda:1", "asked for")
    eight = captioner_model._quantised(options(bits="8"), gpu)
    assert eight["device_map"] == {"": "cuda:1"} and eight["quantization_config"].load_in_8bit
    four = captioner_model._quantised(options(bits="4"), gpu)["quantization_config"]
    assert four.load_in_4bit and four.bnb_4bit_quant_type == "nf4" and four.bnb_4bit_use_double_quant
    assert four.bnb_4bit_compute_dtype is torch.bfloat16
    assert captioner_model._quantised(options(bits="none"), gpu) == {}


def test_adapters_go_to_the_language_model_and_unknown_layers_are_named(models: Path) -> None:
    base = load_base(str(models / "qwen2_vl"), CPU, options())
    assert base.model_class == "image-text-to-text" and base.name == "local-dir:qwen2_vl"
    names = [n for n, m in base.model.named_modules() if isinstance(m, torch.nn.Linear)]
    pattern = target_pattern(base.model, ("all-linear",))
    chosen = [n for n in names if re.fullmatch(pattern, n)]
    assert len(chosen) == 2 * 7, "q, k, v, o, gate, up and down of two layers"
    assert all(".language_model.layers." in n for n in chosen) and any(".visual." in n for n in names)
    assert [n for n in names if re.fullmatch(target_pattern(base.model, ("v_proj",)), n)] == [
        f"model.language_model.layers.{i}.self_attn.v_proj" for i in (0, 1)
    ]
    with pytest.raises(
        TrainingError, match=r"target_modules qkv, lm_head: .* expected all-linear or some of q_proj, k_pr"
    ):
        target_pattern(base.model, ("q_proj", "qkv", "lm_head"))


def test_models_that_cannot_be_loaded(tmp_path: Path, models: Path) -> None:
    with pytest.raises(ModelUnavailable, match="language model .*nowhere.* cannot be loaded"):
        load_base(str(tmp_path / "nowhere"), CPU, options())
    (tmp_path / "config.json").write_text('{"model_type": "qwen2"}')
    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        load_base(f"local-dir:{tmp_path}", CPU, options())


def test_bad_input_of_the_command(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*more: object) -> str:
        known = ["--model", models / "qwen2", "--out", tmp_path / "out", "--device", "cpu", "--bits", "none"]
        assert cli.main([str(a) for a in ("train", "captioner", *known, *more)]) != 0
        return capsys.readouterr().err

    (tmp_path / "empty.jsonl").write_text("\n")
    assert "holds no pairs: expected one object a line" in run("--pairs", tmp_path / "empty.jsonl")
    assert "cannot be read" in run("--pairs", tmp_path / "missing.jsonl")
    pairs = models / "pairs.jsonl"
    assert "target_modules nonsense" in run("--pairs", pairs, "--target-modules", "nonsense")
    assert "prompt preset 'newsrecon': expected one of eventa_h, beyond_vision" in run(
        "--pairs", pairs, "--preset", "newsrecon"
    )
    assert "rank '0'" in run("--pairs", pairs, "--rank", "0")
    assert "go with --archive" in run("--pairs", pairs, "--descriptions", pairs)
    assert not (tmp_path / "out").exists()
