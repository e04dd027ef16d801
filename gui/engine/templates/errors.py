"""What can go wrong with a template."""

from __future__ import annotations


class TemplateError(Exception):
    """A template that cannot be parsed or executed; the text is Go's."""


class CallError(Exception):
    """A function's refusal; the interpreter adds where it happened."""
