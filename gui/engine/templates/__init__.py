"""Ollama's prompt templates: Go's `text/template`, read, executed and read back.

  rendering.py    `Template`: parsed once, rendered for a conversation; start here
  legacy.py       the cut that ends the prompt of a template without `.Messages`
  objects.py      messages and tools as templates see them
  parsing.py      `ReplyParser`: a reply taken apart into text, thinking and tool calls
  parts.py, thoughts.py, calls.py    what it finds, and how
  tags.py         what a template says about thinking and tool calls
  named.py        the templates that come with the engine; jinja.py  which one a model means

The language:
  lexer.py        template text -> tokens; literals.py  Go's strings and numbers
  cursor.py, pipes.py, parser.py     tokens -> nodes.py, what a template is made of
  evaluator.py    pipelines -> values; interpreter.py  statements -> text
  budget.py       how much a template may do
  values.py       how Go prints, weighs and names values; printf.py  format verbs
  functions.py    what templates may call; errors.py  what can go wrong
"""
