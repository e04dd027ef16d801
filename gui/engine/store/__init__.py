"""The models on disk, in the layout of Ollama.

names.py         model names; layout.py  the one place that makes paths of names and digests
blobs.py         files named by their SHA-256, checked before they get the name
manifests.py     which blobs make a model
library.py       what becomes visible, what is deleted, and when; safe with two processes
models.py        every model there is; loose.py  those outside the library
stored.py        what is known of one model; contents.py, capabilities.py, details.py
header_cache.py  what headers say, kept between starts
digests.py       SHA-256 of loose files, computed once
"""
