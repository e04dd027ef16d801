"""A Modelfile that cannot be read, written or made into a model.

ModelError
  ModelfileError      the text is not a Modelfile; it knows the line
  CannotBeWritten     no way of quoting keeps the value
  SourceError         a file that FROM, ADAPTER or DRAFT names cannot be used
  ValueRefused        a PARAMETER or REQUIRES has a value that Ollama refuses
"""

from __future__ import annotations

import re

from gui.errors import ModelError
from gui.language import tr

_OLLAMAS_LINE = re.compile(r"^\(line \d+\): ")


class ModelfileError(ModelError):
    """The text is not a Modelfile.

    `line` is the line in an editor; `text` is Ollama's own sentence, which may count
    another line, or ours where Ollama has none.
    """

    def __init__(self, line: int, text: str, todo: str = "") -> None:
        shown = _OLLAMAS_LINE.sub("", text)
        super().__init__(tr("Line {line}: {text}", line=line, text=shown), todo, text)
        self.line = line
        self.text = text


class CannotBeWritten(ModelError):
    """No way of quoting keeps the value as it is."""

    def __init__(self, reason: str) -> None:
        super().__init__(tr("This cannot be kept in a Modelfile: {reason}", reason=reason))


class SourceError(ModelError):
    """A file that FROM, ADAPTER or DRAFT names cannot be used. `line` is 0 if not known."""

    def __init__(self, line: int, what: str, todo: str = "") -> None:
        super().__init__(what, todo)
        self.line = line


class ValueRefused(ModelError):
    """A PARAMETER or REQUIRES that Ollama refuses; `text` is Ollama's own sentence."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(tr("Line {line}: {text}", line=line, text=text))
        self.line = line
        self.text = text
