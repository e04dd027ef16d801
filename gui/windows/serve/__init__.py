"""The Serve window: a preset or chain over HTTP, for this machine's own programs.

window.py   the window: what is served, how to ask it, the requests
form.py     preset, model, port, Start and Stop
"""
