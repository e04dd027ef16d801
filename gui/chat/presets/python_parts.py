"""The parts of a script that are the same for every preset: imports, helpers, the end."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gui.chat.presets.literals import one_line, quoted
from gui.records import Chain, OutputKind, Variable, VariableSource

_MODULES = {
    "langchain_core.output_parsers": ("JsonOutputParser", "StrOutputParser"),
    "langchain_core.prompts": ("ChatPromptTemplate", "PromptTemplate"),
    "langchain_core.runnables": (
        *("Runnable", "RunnableBranch", "RunnableLambda", "RunnableParallel"),
        "RunnablePassthrough",
    ),
    "langchain_ollama": ("ChatOllama",),
}
_TAKEN = frozenset({"model", "url", "header", "help"})

_AS_TEXTS = '''def as_texts(values: dict[str, Any]) -> dict[str, str]:
    """Every value as a prompt takes it."""
    return {name: as_text(value) for name, value in values.items()}


'''
_AS_TEXT = '''def as_text(value: Any) -> str:
    """One value as text: lists one a line, yes or no as words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Lines):
        return "\\n".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


'''
_LINES = '''class Lines(list[str]):
    """The reply of a step that makes a list."""


'''
_AS_LINES = '''def as_lines(text: str) -> Lines:
    """A parser is a function: text in, a list out. Bullets and numbers are dropped."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    items = re.split(r"[,、]\\s*", lines[0]) if len(lines) == 1 else lines
    plain = (re.sub(r"^(?:[-*•·–]|\\d{1,3}[.)])\\s+", "", item).strip() for item in items)
    return Lines(item for item in plain if item)


'''
_AS_BOOLEAN = '''def as_boolean(text: str) -> bool:
    """A parser is a function: text in, yes or no out."""
    word = re.search(r"[^\\W\\d_]+", text)
    answer = word.group().casefold() if word else ""
    if answer in ("yes", "true", "예", "네"):
        return True
    if answer in ("no", "false", "아니오", "아니요"):
        return False
    raise ValueError(f"neither yes nor no: {text}")


'''


def imports(code: str) -> Iterator[str]:
    """The imports that `code` needs, in order."""
    used = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
    for module in ("argparse", "json", "re"):
        if module in used:
            yield f"import {module}"
    if "datetime" in used:
        yield "from datetime import datetime"
    yield "from typing import Any"
    yield ""
    for module, names in _MODULES.items():
        if needed := [name for name in names if name in used]:
            yield _import(module, needed)


def _import(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= 88:
        return line
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in names) + ")"


def needs_texts(chain: Chain) -> bool:
    """Whether a prompt or the reply may take a value that is no text."""
    stages = chain.stages if chain.reply else chain.stages[:-1]
    return any(step.output is not OutputKind.TEXT for stage in stages for step in stage)


def helpers(chain: Chain) -> Iterator[str]:
    """The functions that turn replies into values and values into text."""
    kinds = {step.output for step in chain.steps}
    needs_text = needs_texts(chain) or (len(chain.stages[-1]) > 1 and kinds != {OutputKind.TEXT})
    wanted = {
        _LINES: OutputKind.LIST in kinds or needs_text,
        _AS_TEXTS: needs_texts(chain),
        _AS_TEXT: needs_text,
        _AS_LINES: OutputKind.LIST in kinds,
        _AS_BOOLEAN: OutputKind.BOOLEAN in kinds,
    }
    if text := "".join(helper for helper, is_wanted in wanted.items() if is_wanted):
        yield text.removesuffix("\n")


def argument(variable: Variable) -> Iterator[str]:
    """The command line's argument for a variable."""
    prefix = "--var-" if variable.name in _TAKEN else "--"
    yield "    parser.add_argument("
    yield f"        {quoted(prefix + variable.name)},"
    yield f"        dest={quoted('var_' + variable.name)},"
    default = _default(variable)
    yield f"        default={default}," if default else "        required=True,"
    if help_text := one_line(variable.label):
        yield f"        help={quoted(help_text.replace('%', '%%'))},"
    yield "    )"


def _default(variable: Variable) -> str:
    """The default as source, "" if there is none."""
    if variable.source is VariableSource.DATE:
        return 'f"{datetime.now().astimezone():%A, %d %B %Y}"'
    if variable.source is VariableSource.TIME:
        return 'f"{datetime.now().astimezone():%H:%M}"'
    if variable.source is VariableSource.LANGUAGE and not variable.default:
        return '"English"'
    return quoted(variable.default) if variable.default else ""


def structure(value: object, indent: int) -> str:
    """A value of JSON as Python, a key a line."""
    if isinstance(value, dict) and value:
        inside = " " * (indent + 4)
        pairs = (f"{inside}{quoted(k)}: {structure(v, indent + 4)},\n" for k, v in value.items())
        return "{\n" + "".join(pairs) + " " * indent + "}"
    if isinstance(value, list):
        return "[" + ", ".join(structure(item, indent) for item in value) + "]"
    return quoted(value) if isinstance(value, str) else repr(value)


def ending(chain: Chain) -> Iterator[str]:
    """Printing the reply, as it comes where it comes in pieces."""
    last = chain.stages[-1]
    if chain.reply or (len(last) == 1 and last[0].output is OutputKind.TEXT):
        yield "    for part in chain.stream(values):"
        yield '        print(part, end="", flush=True)'
        yield "    print()"
    elif len(last) == 1:
        yield "    print(json.dumps(chain.invoke(values), ensure_ascii=False, indent=2))"
    else:
        yield from _several(chain)


def _several(chain: Chain) -> Iterator[str]:
    last = chain.stages[-1]
    if all(step.output is OutputKind.TEXT for step in last):
        names = ", ".join(f'{quoted(step.name)}: ""' for step in last)
        yield f"    replies = {{{names}}}"
        yield "    # The steps run side by side: a part is of one of them."
        yield "    for part in chain.stream(values):"
        yield "        for name, text in part.items():"
        yield "            replies[name] += text"
        yield '            print(".", end="", flush=True)'
    else:
        yield "    replies = chain.invoke(values)"
    for step in last:
        shown = f"replies[{quoted(step.name)}]"
        yield f"    if {shown}:"
        title = quoted("\n" + one_line(step.title or step.name) + "\n")
        shown = shown if step.output is OutputKind.TEXT else f"as_text({shown})"
        yield f'        print({title}, {shown}, sep="\\n")'
