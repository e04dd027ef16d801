"""Ondol: a desktop chat app for language models that run on your own machine.

The map of the house. A room may import only from rooms to its left; a test
(`tests/test_import_rules.py`) enforces it and says how to mend a breach.

    language, records, paths, files <- errors <- settings
        <- storage | models | engine      (these three do not see each other)
        <- chat <- serve
        <- controllers (+ eventloop) <- windows -> widgets -> records, theme
    app, cli and terminal see everything

Plain rooms: never import Qt, awaitable, tested with bare asyncio.

    records/      frozen values that cross rooms
    errors/       our exceptions, drawn as a tree
    language.py   `tr()`: the words a person reads, in English and Korean
    paths.py      every folder and file of ours; nobody else builds a path
    files.py      writing a file whole or not at all
    settings.py   what the person chose, kept as JSON
    chat/         one conversation, one turn of it: session, events, chain, presets, export
    models/       the models a server has: transport, client, catalog, server, engine process
    engine/       the built-in server, a process of its own; its map is in engine/__init__.py
    storage/      SQLite: database, migrations, conversations
    serve/        a preset or chain over HTTP, in a process of its own; map in serve/__init__.py

Qt rooms.

    eventloop.py  the seam: asyncio on Qt, and the thread in which the plain rooms run
    controllers/  QtCore only: slots in, tasks, signals out; hold the state of a flow
    theme.py      colours, fonts, icons
    widgets/      parts that know Qt, records and theme; nothing else
    windows/      top-level windows and dialogs; connect controllers to widgets

    app.py        composition root: start-up and shut-down as two readable lists
    cli.py        the `ondol` command: the window, or
    terminal/     a command that stays in the terminal, a module each; it needs no Qt
"""

__version__ = "0.1.0"
