"""The models window: what is installed, what can be had, what is on its way.

window.py          the window: pages at the right of their names, notices, the strip below
navigation.py      the names of the pages
page.py            what the window asks of a page
installed_page.py  the list of models, and the one chosen
details_panel.py   the one chosen: what it is, what can be done with it
get_page.py        a name to type, and models worth having
create_page.py     a model made from a Modelfile, and from files that a person brings
create_head.py     its name, its Modelfile, what can be done
create_body.py     text and form, and what it changes of the base
create_dialogs.py  files to choose
create_questions.py  save? replace? read these files?
dropping.py        files dropped on a window
hub_page.py        Hugging Face: repositories found
hub_panel.py       the one looked into: files, card
hub_download.py    what is downloaded, under which name
token_dialog.py    the token for it
servers_page.py    every server there is to talk to
server_dialog.py   one of them: its address, its token, its certificate
questions.py       delete? cancel?
name_dialog.py     a name for a copy, another name, a name to push under
announcing.py      telling a person who looks elsewhere

`window.py` and what it needs is imported when the window is first wanted, or when Ondol has
started: the first window does not wait for it.
"""
