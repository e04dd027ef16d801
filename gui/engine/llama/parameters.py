"""What llama.cpp is told when it loads a model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gui.engine.llama.options import LoadSettings

if TYPE_CHECKING:
    import xllamacpp

_CACHE_MIB = 256  # prompts of other conversations kept in memory; llama.cpp's default is 8 GB
_QUIET = 2  # llama.cpp's verbosity: errors and warnings

KV_TYPES = ("f16", "q8_0", "q4_0")
"""Values of OLLAMA_KV_CACHE_TYPE."""


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The files that are loaded together.

    `identity` is the same for two names of the same weights, and another one as soon as
    the bytes are others.
    """

    weights: Path
    identity: str
    projector: Path | None = None
    adapters: tuple[Path, ...] = ()


def common_params(files: ModelFiles, settings: LoadSettings, key: str) -> xllamacpp.CommonParams:
    """The parameters of a server for these files; `key` guards its own HTTP listener."""
    import xllamacpp as llama

    params = llama.CommonParams()
    params.model.path = str(files.weights)
    params.n_parallel = settings.parallel
    params.n_ctx = settings.num_ctx * settings.parallel
    params.n_batch = params.n_ubatch = settings.num_batch
    params.n_gpu_layers = settings.num_gpu
    params.main_gpu = settings.main_gpu
    if settings.use_mmap is False:
        params.load_mode = llama.llama_load_mode.LLAMA_LOAD_MODE_NONE
    params.cpuparams.n_threads = settings.num_thread
    params.cpuparams_batch.n_threads = settings.num_thread
    params.ctx_shift = not settings.embedding
    params.warmup = False  # the first prompt warms as well
    params.cache_ram_mib = 0 if settings.embedding else _CACHE_MIB
    params.verbosity = _QUIET
    _set_cache(params, settings)
    if files.projector is not None:
        params.mmproj.path = str(files.projector)
    params.lora_adapters = [llama.CommonAdapterLoraInfo(str(path), 1.0) for path in files.adapters]
    if settings.embedding:
        params.embedding = True
        if settings.mean_pooling:
            params.pooling_type = llama.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    # llama.cpp brings an HTTP listener of its own: loopback, any port, our key only.
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [key]
    params.cors_origins = ""
    params.n_threads_http = 2
    params.endpoint_slots = False
    params.endpoint_metrics = True
    params.ui = False
    return params


def _set_cache(params: xllamacpp.CommonParams, settings: LoadSettings) -> None:
    import xllamacpp as llama

    kinds = llama.ggml_type
    known = {"q8_0": kinds.GGML_TYPE_Q8_0, "q4_0": kinds.GGML_TYPE_Q4_0}
    flash = llama.llama_flash_attn_type
    if settings.flash_attention is not None:
        params.flash_attn_type = (
            flash.LLAMA_FLASH_ATTN_TYPE_ENABLED
            if settings.flash_attention
            else flash.LLAMA_FLASH_ATTN_TYPE_DISABLED
        )
    # A quantised cache of values needs flash attention.
    if settings.kv_cache_type in known and settings.flash_attention:
        params.cache_type_k = params.cache_type_v = known[settings.kv_cache_type]
