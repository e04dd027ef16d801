"""A preset as a Python script: the same chain, written with LangChain for who wants to learn.

The script stands alone: it needs langchain-core and langchain-ollama, not Ondol.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from gui.chat.presets import python_parts as parts
from gui.chat.presets import schemas
from gui.chat.presets.findings import problems
from gui.chat.presets.literals import WIDTH, keyword, literal, one_line, quoted
from gui.chat.presets.references import condition
from gui.chat.presets.values import missing
from gui.errors import PresetError
from gui.language import tr
from gui.records import (
    INPUT,
    Chain,
    OutputKind,
    Preset,
    Stage,
    Step,
    Variable,
    VariableSource,
)

_FIELDS = frozenset(
    {
        *("num_ctx", "num_gpu", "num_predict", "num_thread", "repeat_last_n", "repeat_penalty"),
        *("seed", "stop", "temperature", "top_k", "top_p"),
    }
)
"""The options that ChatOllama takes by name; others are bound."""


def as_python(preset: Preset, model: str, base_url: str) -> str:
    """A script that does what the preset does.

    `model` is that of steps without their own, `base_url` the server's; both can be given on
    the command line too. Raises `PresetError` for a preset that must not run.
    """
    if wrong := problems(preset):
        raise PresetError(
            tr("Python cannot be written for this preset: {reason}", reason=wrong[0]),
            tr("Nothing was copied. Mend the preset, then try again."),
        )
    chain = preset.chain or Chain(stages=((Step("reply", "{input}"),),))
    variables = (*missing(preset), *_automatic(preset))
    body = [
        *parts.helpers(chain),
        *_build(preset, chain),
        *_main(preset, chain, variables, model, base_url),
    ]
    code = "\n".join(body)
    head = [
        f'"""{one_line(preset.name)}: a chain made with Ondol.',
        "",
        *([one_line(preset.description), ""] if one_line(preset.description) else []),
        "It needs the packages langchain-core and langchain-ollama.",
        '"""',
        "",
        *parts.imports(code),
    ]
    return "\n".join(head) + "\n\n\n" + code + "\n"


def _automatic(preset: Preset) -> tuple[Variable, ...]:
    return tuple(each for each in preset.variables if each.source is not VariableSource.ASK)


def _build(preset: Preset, chain: Chain) -> Iterator[str]:
    """The function that makes the chain."""
    about = "The chain: a dict of values goes in at the left, the reply comes out at the right."
    yield "def build(model: str, url: str, headers: dict[str, str]) -> Runnable[Any, Any]:"
    yield f'    """{about}"""'
    yield '    server = {"base_url": url, "client_kwargs": {"headers": headers}}'
    for step in chain.steps:
        yield ""
        yield from _step(preset, step, needs_texts=parts.needs_texts(chain))
    yield ""
    links = [*_links(chain)]
    joined = " | ".join(links)
    if len(joined) < WIDTH and "\n" not in joined:
        yield f"    return {joined}"
    else:
        yield "    return (\n        " + "\n        | ".join(links) + "\n    )"
    yield ""
    yield ""


def _step(preset: Preset, step: Step, *, needs_texts: bool) -> Iterator[str]:
    """`prompt | llm | parser`."""
    yield f"    # {one_line(step.title or step.name)}"
    if step.history:
        yield "    # In Ondol the conversation so far stands before the prompt."
    links = [_prompt(preset, step), _llm(preset, step), _parser(step)]
    if needs_texts:
        links.insert(0, "RunnableLambda(as_texts)")
    yield f"    {step.name}_step = (\n        " + "\n        | ".join(links) + "\n    )"
    if step.when:
        name, wanted = condition(step.when)
        yield f"    # Only if the answer of {name} is {'yes' if wanted else 'no'}."
        yield f"    {step.name}_step = RunnableBranch("
        yield f"        (lambda values: values[{quoted(name)}] is {wanted}, {step.name}_step),"
        yield '        lambda values: "",'
        yield "    )"


def _prompt(preset: Preset, step: Step) -> str:
    messages = [("system", step.system or preset.system), ("human", step.prompt)]
    lines = [f'                ("{role}", {literal(text, 16)}),' for role, text in messages if text]
    inside = "\n".join(lines)
    return f"ChatPromptTemplate(\n            [\n{inside}\n            ]\n        )"


def _llm(preset: Preset, step: Step) -> str:
    options = step.options.over(preset.options).as_request()
    arguments = [f"model={quoted(step.model) if step.model else 'model'}"]
    if options.keys() <= _FIELDS:
        arguments += [f"{name}={_value(value)}" for name, value in options.items()]
    if step.output in (OutputKind.JSON, OutputKind.BOOLEAN):
        arguments.append(f"format={_format(step)}")
    arguments.append("**server")
    call = f"ChatOllama({', '.join(arguments)})"
    if len(call) > 80 or "\n" in call:
        lines = "".join(f"            {argument},\n" for argument in arguments[:-1])
        call = f"ChatOllama(\n{lines}            **server,\n        )"
    return call if options.keys() <= _FIELDS else call + _bound(options)


def _bound(options: dict[str, object]) -> str:
    lines = "".join(f"                {quoted(k)}: {_value(v)},\n" for k, v in options.items())
    return f".bind(\n            options={{\n{lines}            }}\n        )"


def _value(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(quoted(item) for item in value) + "]"
    return quoted(value) if isinstance(value, str) else repr(value)


def _format(step: Step) -> str:
    if step.output is OutputKind.BOOLEAN:
        return parts.structure(schemas.YES_OR_NO, 12)
    if not step.schema.strip():
        return '"json"'
    return parts.structure(json.loads(step.schema), 12)


def _parser(step: Step) -> str:
    match step.output:
        case OutputKind.TEXT:
            return "StrOutputParser()"
        case OutputKind.JSON:
            return "JsonOutputParser()"
        case OutputKind.LIST:
            return "StrOutputParser()\n        | as_lines"
        case OutputKind.BOOLEAN:
            return "StrOutputParser()\n        | as_boolean"


def _links(chain: Chain) -> Iterator[str]:
    """What `build` joins: a link that adds outputs for each stage, and the reply."""
    *before, last = chain.stages
    if chain.reply:
        before, last = [*before, last], ()
    for stage in before:
        yield f"RunnablePassthrough.assign({_named(stage)})"
    if chain.reply:
        if parts.needs_texts(chain):
            yield "RunnableLambda(as_texts)"
        text = literal(chain.reply, 8)
        yield f"PromptTemplate.from_template{text if text[0] == '(' else f'({text})'}"
        yield "(lambda prompt: prompt.to_string())"
    elif len(last) == 1:
        yield f"{last[0].name}_step"
    else:
        yield f"RunnableParallel({_named(last)})"


def _named(stage: Stage) -> str:
    return ", ".join(f"{keyword(step.name)}={step.name}_step" for step in stage)


def _main(
    preset: Preset, chain: Chain, variables: tuple[Variable, ...], model: str, url: str
) -> Iterator[str]:
    """Arguments in, the reply on the terminal."""
    yield "def main() -> None:"
    yield '    """Ask once, with the values from the command line."""'
    description = quoted(one_line(preset.name).replace("%(", "("))
    yield f"    parser = argparse.ArgumentParser(description={description}, allow_abbrev=False)"
    yield '    parser.add_argument("input", help="what you say")'
    yield f'    parser.add_argument("--model", default={quoted(model)})'
    yield f'    parser.add_argument("--url", default={quoted(url)})'
    yield '    parser.add_argument("--header", action="append", default=[], metavar="NAME:VALUE")'
    for variable in variables:
        yield from parts.argument(variable)
    yield "    arguments = parser.parse_args()"
    yield '    headers = dict(header.split(":", 1) for header in arguments.header)'
    yield "    values = {"
    for name in (INPUT, *(variable.name for variable in variables)):
        field = name if name == INPUT else f"var_{name}"
        yield f"        {quoted(name)}: arguments.{field},"
    yield "    }"
    yield "    chain = build(arguments.model, arguments.url, headers)"
    yield from parts.ending(chain)
    yield ""
    yield ""
    yield 'if __name__ == "__main__":'
    yield "    main()"
