"""What can be typed behind `ondol`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from gui import __version__
from gui.language import tr
from gui.records import LOOPBACK

_Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse has no public name for it


def parser() -> argparse.ArgumentParser:
    """The whole command line; `command` is None for the window."""
    parser = argparse.ArgumentParser(
        prog="ondol",
        description=tr("Talk to language models that run on your own machine."),
        epilog=tr("Without a command, the window opens."),
    )
    parser.add_argument("--version", action="version", version=f"ondol {__version__}")
    parser.add_argument(
        "--install-desktop",
        action="store_true",
        help=tr("put Ondol into the system's menus"),
    )
    commands = parser.add_subparsers(
        dest="command", metavar=tr("COMMAND"), parser_class=_Intermixed
    )
    own = [_add_ask(commands), _add_run(commands), _add_serve(commands)]
    own += [*_add_readers(commands), *_add_changers(commands)]
    for command in own:
        command.add_argument(
            "--server",
            metavar=tr("SERVER"),
            default="",
            help=tr(
                "built-in, ollama, or a server of your list by name, id or address; "
                "else Ollama if it answers, else the built-in engine"
            ),
        )
    _add_presets(commands)
    commands.add_parser("engine", add_help=False, help=tr("serve models over Ollama's API"))
    return parser


def _add_ask(commands: _Commands[_Intermixed]) -> argparse.ArgumentParser:
    ask = commands.add_parser("ask", help=tr("ask a model; the reply streams to the terminal"))
    ask.add_argument("prompt", nargs="*", help=tr("what to say; a pipe is read and added to it"))
    ask.add_argument("-m", "--model", default="", help=tr("the model, e.g. smollm2:135m"))
    ask.add_argument("-p", "--preset", default="", help=tr("a preset's name or id"))
    ask.add_argument("-s", "--system", help=tr("a system prompt instead of the preset's"))
    ask.add_argument("-t", "--temperature", type=_temperature, help=tr("0 is strict, 1 is free"))
    _add_variables(ask)
    ask.add_argument("--json", action="store_true", help=tr("one JSON object at the end"))
    return ask


def _add_run(commands: _Commands[_Intermixed]) -> argparse.ArgumentParser:
    run = commands.add_parser("run", help=tr("run a chain and name its steps as they run"))
    run.add_argument(
        "chain",
        metavar=tr("CHAIN"),
        help=tr("a preset's name or id, or the path of a .toml file"),
    )
    run.add_argument("text", nargs="*", help=tr("what to say; a pipe is read and added to it"))
    _add_variables(run)
    run.add_argument(
        "-m", "--model", default="", help=tr("the model of steps that name none of their own")
    )
    run.add_argument("--steps", action="store_true", help=tr("show what each step gave, too"))
    run.add_argument("--json", action="store_true", help=tr("one JSON object at the end"))
    return run


def _add_variables(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--var",
        metavar=tr("NAME=VALUE"),
        type=_variable,
        action="append",
        default=[],
        help=tr("a value for a name in the prompts; once for each"),
    )


def _add_presets(commands: _Commands[_Intermixed]) -> None:
    presets = commands.add_parser("presets", help=tr("list the presets and chains, or show one"))
    presets.add_argument(
        "name",
        metavar=tr("NAME"),
        nargs="?",
        default="",
        help=tr("a preset's name or id, or the path of a .toml file"),
    )
    form = presets.add_mutually_exclusive_group()
    form.add_argument("--python", action="store_true", help=tr("a script that does the same"))
    form.add_argument("--json", action="store_true", help=tr("as JSON"))


def _add_serve(commands: _Commands[_Intermixed]) -> argparse.ArgumentParser:
    serve = commands.add_parser("serve", help=tr("serve a preset or chain over HTTP"))
    serve.add_argument("preset", metavar=tr("PRESET"), help=tr("a preset's name or id"))
    serve.add_argument("-m", "--model", default="", help=tr("the model, e.g. smollm2:135m"))
    serve.add_argument("--port", type=_port, default=0, help=tr("default: any that is free"))
    serve.add_argument("--host", default=LOOPBACK, help=tr("default: this machine only"))
    serve.add_argument(
        "--yes-everyone", action="store_true", help=tr("let other machines ask, with --host")
    )
    serve.add_argument(
        "--key-file",
        metavar=tr("FILE"),
        default="",
        help=tr("file with the key clients must send (default: one is made up)"),
    )
    serve.add_argument(
        "--log-text", action="store_true", help=tr("show what was asked and answered, too")
    )
    return serve


def _add_readers(
    commands: _Commands[_Intermixed],
) -> tuple[argparse.ArgumentParser, ...]:
    """Commands that change nothing."""
    models = commands.add_parser("models", help=tr("list the models"))
    models.add_argument("--json", action="store_true", help=tr("a JSON list"))
    show = commands.add_parser("show", help=tr("tell all about a model"))
    show.add_argument("name", metavar=tr("NAME"), help=tr("the model, e.g. smollm2:135m"))
    form = show.add_mutually_exclusive_group()
    form.add_argument("--modelfile", action="store_true", help=tr("its Modelfile"))
    form.add_argument("--json", action="store_true", help=tr("one JSON object"))
    ps = commands.add_parser("ps", help=tr("list the models in memory"))
    ps.add_argument("--json", action="store_true", help=tr("a JSON list"))
    return models, show, ps


def _add_changers(
    commands: _Commands[_Intermixed],
) -> tuple[argparse.ArgumentParser, ...]:
    """Commands that make models, or take them away."""
    pull = commands.add_parser("pull", help=tr("have the server bring a model"))
    pull.add_argument(
        "name", metavar=tr("NAME"), help=tr("e.g. llama3.2, qwen3:8b or hf.co/user/model:Q4_K_M")
    )
    pull.add_argument(
        "--insecure", action="store_true", help=tr("ask the registry without encryption")
    )
    create = commands.add_parser("create", help=tr("make a model from a Modelfile"))
    create.add_argument("name", metavar=tr("NAME"), help=tr("the name of the new model"))
    create.add_argument(
        "-f",
        "--file",
        metavar=tr("FILE"),
        default="Modelfile",
        help=tr("the Modelfile; - reads it from a pipe (default: ./Modelfile)"),
    )
    cp = commands.add_parser("cp", help=tr("give a model a second name"))
    cp.add_argument("source", metavar=tr("NAME"), help=tr("the model, e.g. smollm2:135m"))
    cp.add_argument("destination", metavar=tr("NEW_NAME"), help=tr("the name of the new model"))
    rm = commands.add_parser("rm", help=tr("delete a model"))
    rm.add_argument("name", metavar=tr("NAME"), help=tr("the model, e.g. smollm2:135m"))
    for command in (create, rm):
        command.add_argument("--yes", action="store_true", help=tr("answer yes to every question"))
    return pull, create, cp, rm


class _Intermixed(argparse.ArgumentParser):
    """Takes words before, between and behind options: `run CHAIN --var a=b "words"`."""

    _is_inside = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """What argparse calls for a command; argparse's own way to intermix calls it too.

        That way forgets that no word behind `--` is an option, so they are marked meanwhile.
        """
        if self._is_inside:
            return super().parse_known_args(args, namespace)
        self._is_inside = True
        try:
            found, rest = self.parse_known_intermixed_args(_marked(args), namespace)
        finally:
            self._is_inside = False
        for name, value in vars(found).items():
            setattr(found, name, _unmarked(value))
        return found, _unmarked(rest)


_MARK = "\0"
"""No argument of a program can have it."""


def _marked(words: Sequence[str]) -> list[str]:
    end = list(words).index("--") if "--" in words else len(words)
    return [*words[:end], *(_MARK + word for word in words[end + 1 :])]


def _unmarked(value: Any) -> Any:
    if isinstance(value, list):
        return [_unmarked(each) for each in value]
    return value.removeprefix(_MARK) if isinstance(value, str) else value


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(tr("a variable is given as name=value"))
    return name, value


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise argparse.ArgumentTypeError(tr("a port is a number from 0 to 65535"))
    return int(text)


def _temperature(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 2:
        raise argparse.ArgumentTypeError(tr("the temperature must be between 0 and 2"))
    return value
