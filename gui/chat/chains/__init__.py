"""Chains that run: presets whose reply is made in steps, by LangChain's expression language.

    compiling   Chain -> `RunnablePassthrough.assign(english=step) | … | reply`; read this first
    parsing     the parsers at the end of a step: text, list, JSON, yes or no
    watched     a step that tells what it does while it does it
    watching    who is told: what each step was asked, gave and cost
    planning    which model and options each step gets, before anything is sent
    running     a chain as what a turn asks for
    again       a reply made once more from its run record, or from one of its steps on
    several     one question answered by several models side by side
    replay      a whole conversation asked again on another model
    diffing     two texts compared word by word

Entering this room does not import LangChain; `compiling`, `watched`, `parsing` and `running` do.
"""
