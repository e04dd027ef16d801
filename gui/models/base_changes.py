"""What a Modelfile changes of the model it is made from.

A model takes over all that its Modelfile leaves out, so both texts side by side would show a
template or a licence as lost that is still there. Compared is the base's own Modelfile before
and after. Source of what is taken over: Ollama (server/create.go).
"""

from __future__ import annotations

from gui.errors import ModelError
from gui.models.modelfile.commands import LAST_WINS, Command, Instruction, Modelfile
from gui.models.modelfile.diff import compare
from gui.models.modelfile.document import Document
from gui.records.source import DiffLine


def compare_with_base(base: str, text: str) -> tuple[DiffLine, ...]:
    """All lines of the base's Modelfile, and what becomes of them.

    Where one of the texts cannot be understood they are compared as they are.
    """
    try:
        after = changed(Document(base), Document(text).modelfile).text
    except ModelError:
        after = text
    return compare(base, after)


def changed(base: Document, modelfile: Modelfile) -> Document:
    """The base's Modelfile with all that `modelfile` sets; raises ModelError."""
    for instruction in LAST_WINS:
        if value := modelfile.last(instruction):
            base = base.with_value(instruction, value)
    for name in dict.fromkeys(name for name, _ in modelfile.parameters):
        values = modelfile.values(Instruction.PARAMETER, name)
        single = name != "stop"
        base = base.with_parameter(name, values[-1]) if single else base.with_stops(values)
    if modelfile.messages:
        base = base.with_messages(modelfile.messages)
    there = base.modelfile.values(Instruction.LICENSE)
    added = [text for text in modelfile.values(Instruction.LICENSE) if text not in there]
    return base.with_more([Command(Instruction.LICENSE, text) for text in added])
