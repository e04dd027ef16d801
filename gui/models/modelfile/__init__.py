"""The Modelfile language: read, checked, edited, written and turned into a request.

Nothing here reaches a server. Source of the language: Ollama (parser/parser.go, cmd/cmd.go).

    commands.py     what a Modelfile says, as values      grammar.py   the text cut into pieces
    parser.py       text or bytes -> Modelfile            printer.py   Modelfile -> text
    document.py     one thing changed, the rest of the text left as it is
    edits.py        the changes of text behind it         lines.py     offsets as line and column
    signs.py        characters that Ollama drops          parameters.py  the options there are
    numbers.py      values of options as Go reads them    diff.py      two Modelfiles compared
    check.py        what is wrong or surprising, while a person types; with `checks_*.py`
    diagnostics.py  what a check says, and what it must know of this machine
    completion.py   what could be typed next              colours.py   colours, line by line
    template.py     a TEMPLATE cut into actions           template_words.py  its words
    request.py      Modelfile -> what to upload, and the body of a create
    sources.py      paths in FROM, ADAPTER and DRAFT      folders.py   the files of a model's folder
    errors.py       what cannot be read, written or made
"""
