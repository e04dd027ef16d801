"""Models in memory: the only room that knows xllamacpp.

runtime.py       which models are loaded: shared, queued for, kept alive, evicted
loading.py       files checked once more, then handed to llama.cpp
memory.py        what a model takes, and what the machine has left
options.py       Ollama's options: types, ranges, defaults; llama.cpp's arguments
parameters.py    what llama.cpp is told when it loads a model; cores.py  with how many threads
vocabulary.py    control tokens that people type made letters
model.py         a loaded model: renders, counts, generates, embeds; stops when told
stream.py        text that a thread makes, as an asynchronous stream
looking.py       replies to images that a template of ours placed
refusals.py      llama.cpp's refusals as ours
"""
