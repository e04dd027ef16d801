"""Registries that speak the v2 API: models pulled and pushed; the engine's only way out.

faults.py       what can go wrong, in Ollama's words where it has any
addresses.py    the address a name means, and which others may follow it
client.py       connections: to checked addresses only, through proxies if there are any
keys.py         the ed25519 key a registry knows a person by
auth.py         a registry's demand for a token, answered or refused
session.py      one conversation with a registry: tokens and redirects
manifest.py     a model's manifest, asked for and given
parts.py        a blob on disk while it comes in; what is whole of it after a crash
hashing.py      the SHA-256 of a file that is still growing
download.py     one blob brought here: parts, stalls, retries, the check
sharing.py      one download for everybody who waits for the same blob
progress.py     how far something is, told often enough and not too often
pull.py         a model pulled, as progress lines
upload.py       one blob brought to a registry
push.py         a model pushed, as progress lines
"""
