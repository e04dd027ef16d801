"""The commands that stay in the terminal: the same servers, session and chain, without a window.

options.py    what can be typed          servers.py   which server is meant by `--server`
shared.py     a client, exit codes       questions.py yes or no, asked on a terminal only
moving.py     pulls and creates          progress.py  how far they are, in one line
choosing.py   which preset and model are meant
sources.py    a preset by its name or its file         findings.py  what is wrong in a file
saying.py     words, and what a pipe brings            variables.py values for names in prompts
turns.py      one question and its reply               step_lines.py the steps of a chain
ask.py, run.py, presets.py, serve.py, models.py, show.py, ps.py, pull.py, create.py, cp.py,
rm.py         a command each

A command is a module with `run(options)`, which gives the exit code; it is imported when it
is run. Answers go to stdout; progress, questions and errors to stderr.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import os
import sys

from gui import logs
from gui.errors import OndolError

FAILED = 1
USAGE = 2
INTERRUPTED = 130


def dispatch(options: argparse.Namespace) -> int:
    """Run the command that was parsed; its exit code."""
    command = importlib.import_module(f"gui.terminal.{options.command}")
    try:
        with logs.to_terminal():
            code: int = asyncio.run(command.run(options))
    except OndolError as error:
        print(f"ondol: {error}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    return code
