"""Families of architectures that take the same things for granted; llama.cpp asserts them."""

from __future__ import annotations

FULLY_TURNED = frozenset(
    (
        *("llama", "deci", "falcon", "baichuan", "xverse", "grok", "dbrx", "refact", "arctic"),
        *("qwen", "qwen2", "qwen2vl", "qwen2moe", "qwen3", "qwen3moe", "internlm2", "starcoder2"),
        *("olmo", "olmo2", "olmoe", "deepseek", "bitnet", "exaone", "exaone4", "dots1"),
        *("granite", "granitemoe", "ernie4_5", "ernie4_5-moe", "hunyuan-moe", "hunyuan-dense"),
        "smollm3",
    )
)
"""The rope turns the whole width of a head."""

EVEN_HEADS = FULLY_TURNED | frozenset(
    (
        *("bert", "nomic-bert", "nomic-bert-moe", "jina-bert-v2", "jina-bert-v3", "neo-bert"),
        *("modern-bert", "starcoder", "bloom", "mpt", "stablelm", "phi2", "phi3", "phimoe"),
        *("gpt2", "gptneox", "codeshell", "orion", "minicpm", "gemma", "chatglm", "glm4"),
        *("plamo", "command-r", "cohere2", "nemotron", "jais", "t5", "t5encoder"),
    )
)
"""Keys and values are as wide as each other."""

SOME_WITHOUT_HEADS = frozenset({"deci"})
"""Some of their layers attend to nothing."""
