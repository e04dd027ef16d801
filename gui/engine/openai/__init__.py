"""OpenAI's API (`/v1`) translated to Ollama's and back; nothing here generates.

    routes.py      the five routes, over the same functions as `/api`
    requests.py    bodies -> bodies of /api/chat, /api/generate and /api/embed
    messages.py    the messages of a chat, with images and tool calls
    fields.py      typed reading of JSON objects
    answers.py     chunks -> whole answers, lists and their parts
    events.py      chunks -> server-sent events
    errors.py      refusals as OpenAI writes them

Sources: OpenAI's API reference; where Ollama 0.33 differs, its openai/openai.go and
middleware/openai.go.
"""
