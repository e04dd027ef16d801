"""Hugging Face: GGUF repositories found, looked into, and files brought from there.

    Hub           search, files, readme, download; the way in (`gui.models.huggingface.hub`)
    DownloadJob   a download that ends as a model of a server, for `Transfers`

    address.py    which hub: huggingface.co or HF_ENDPOINT; who may get the token
    library.py    the hub's own client: loaded when first needed, with our gate before it
    faults.py     its faults as errors of ours
    reading.py    repositories as the hub describes them
    choices.py    files put together into what a person can choose
    advice.py     which file to take
    naming.py     what pasted text means, and what a model will be called
    readme.py     a model card as Markdown that does nothing
    fetching.py   one file: resumed, written, proved by its checksum (in a thread)
    course.py     how far that thread is, and how it is stopped
    places.py     where downloads are, and whether there is room
    tokens.py     the form of a token
    job.py        DownloadJob

Nothing here imports the library when it is imported: that takes 0.7 s, and happens in a
thread of the first request.
"""
