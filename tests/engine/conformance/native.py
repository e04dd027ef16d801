"""The starter with another chat template in its file: what llama.cpp renders and parses."""

from __future__ import annotations

import struct
from pathlib import Path

from gguf_files import pair, tensor_info

from gui.engine.gguf.reader import read_header

ABLE_JINJA = (
    "{% if tools %}<|im_start|>system\nTools:\n"
    "{% for tool in tools %}{{ tool | tojson }}\n{% endfor %}"
    'Answer with <tool_call>\n{"name": name, "arguments": arguments}\n</tool_call>\n<|im_end|>\n'
    "{% endif %}"
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{% if message.reasoning_content %}<think>\n{{ message.reasoning_content }}\n</think>\n\n"
    "{% endif %}{% if message.content %}{{ message.content }}{% endif %}"
    "{% if message.tool_calls %}{% for tool_call in message.tool_calls %}<tool_call>\n"
    '{"name": "{{ tool_call.function.name }}", '
    '"arguments": {{ tool_call.function.arguments | tojson }}}\n</tool_call>'
    "{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n"
    "{% if enable_thinking is defined and enable_thinking is false %}"
    "<think>\n\n</think>\n\n{% endif %}{% endif %}"
)
"""A template in jinja with tools and thinking, of the most usual kind."""


def with_template(path: Path, template: str) -> bytes:
    """The model file with another template, all else as it is."""
    data = path.read_bytes()
    header = read_header(path, arrays=True)
    keys = {name: data[field.start : field.end] for name, field in header.fields.items()}
    keys["tokenizer.chat_template"] = pair("tokenizer.chat_template", template)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(header.tensors), len(keys))
    head += b"".join(keys.values())
    for item in header.tensors:
        head += tensor_info((item.name, item.shape, item.type, item.offset))
    return head + bytes(-len(head) % 32) + data[header.data_start :]
