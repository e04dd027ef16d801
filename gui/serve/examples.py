"""How a served chain is asked: lines to copy, for curl and for Python."""

from __future__ import annotations

import json
import shlex

from gui.records import INPUT, ServedChain

_KEY = "KEY"


def curl(chain: ServedChain, *, with_key: bool = False) -> str:
    """A command for a POSIX shell that streams a reply; `with_key` writes the key out."""
    body = json.dumps({"input": _sample(chain)}, ensure_ascii=False)
    return (
        f"curl -N {chain.chain_url}/stream \\\n"
        f"  -H {shlex.quote(f'Authorization: Bearer {_key(chain, with_key=with_key)}')} \\\n"
        f"  -H 'Content-Type: application/json' \\\n"
        f"  -d {shlex.quote(body)}"
    )


def python(chain: ServedChain, *, with_key: bool = False) -> str:
    """A Python program that streams a reply with LangServe's client."""
    sample = json.dumps(_sample(chain), ensure_ascii=False)  # texts alone: valid Python, too
    header = f"Bearer {_key(chain, with_key=with_key)}"
    return (
        "from langserve import RemoteRunnable\n"
        "\n"
        f'chain = RemoteRunnable("{chain.chain_url}", headers={{"Authorization": "{header}"}})\n'
        f"for text in chain.stream({sample}):\n"
        '    print(text, end="", flush=True)\n'
    )


def _key(chain: ServedChain, *, with_key: bool) -> str:
    return chain.key if with_key else _KEY


def _sample(chain: ServedChain) -> dict[str, str]:
    names = chain.fields or (INPUT,)
    return {name: "Hello" if name == INPUT else f"a {name}" for name in names}
