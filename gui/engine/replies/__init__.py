"""One reply: the request read, the prompt made, the text cut into chunks.

requests.py      bodies as frozen values; fields.py, messages.py, formats.py  their parts
conversation.py  the model's own messages before those of the request
sources.py       what a reply is made from: messages, a prompt, a raw text
rendering.py     who makes the prompt: a Go template, or llama.cpp's jinja
fitting.py       what of a conversation fits the context
plans.py         a prompt that fits, and how the result is to be read
pieces.py        text, thinking and tool calls found in what llama.cpp sends
course.py        counts and times; reply.py  Ollama's chunks
embedding.py     texts as vectors
"""
