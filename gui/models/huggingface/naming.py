"""What pasted text means at the hub, and what a model from there will be called."""

from __future__ import annotations

import re

from gui.models.huggingface.address import HubAddress
from gui.models.huggingface.choices import quantization_in
from gui.models.huggingface.reading import repo_in

_TAG = re.compile(r":([\w.\-]{1,40})$", re.ASCII)
_PAGE = re.compile(r"(?:https?://)?(?:www\.)?(?:hf\.co|huggingface\.co)/", re.IGNORECASE)
_SUFFIX = re.compile(r"[-_.]gguf$", re.IGNORECASE)
_NOT_IN_NAME = re.compile(r"[^a-z0-9_.\-]+")


def model_name(repo: str, quantization: str) -> str:
    """The name a file of a repository gets if the person gives it none: `qwen3-8b:q4_k_m`."""
    name = _SUFFIX.sub("", repo.rpartition("/")[2]).lower()
    name = _NOT_IN_NAME.sub("-", name).strip("-.")[:80] or "model"
    tag = _NOT_IN_NAME.sub("-", quantization.lower()).strip("-.")
    return f"{name}:{tag}" if tag else name


def aim_of(text: str, address: HubAddress | None = None) -> tuple[str, str]:
    """The repository that pasted text means beyond doubt, and the quantisation in it; or "".

    That is the address of a page, or a name that begins with the host (`hf.co/user/name:Q4`) or
    ends in a tag. Words to search for, even `user/na`, are none.
    """
    text = text.strip()
    if address is not None and text.startswith(f"{address.url}/"):
        text = f"hf.co/{text.removeprefix(address.url).lstrip('/')}"
    repo = repo_in(text)
    if not repo or len(text.split()) != 1:
        return "", ""
    if tag := _TAG.search(text):
        return repo, tag[1]
    return (repo, quantization_in(text.rpartition("/")[2])) if _PAGE.match(text) else ("", "")
