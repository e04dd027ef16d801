"""The models window: what is installed, what can be had, what is on its way.

window.py          the window: pages at the right of their names, notices, the strip below
navigation.py      the names of the pages
page.py            what the window asks of a page
installed_page.py  the list of models, and the one chosen
details_panel.py   the one chosen: what it is, what can be done with it
get_page.py        a name to type, and models worth having
servers_page.py    every server there is to talk to
server_dialog.py   one of them: its address, its token, its certificate
questions.py       delete? cancel?
name_dialog.py     a name for a copy, another name, a name to push under
announcing.py      telling a person who looks elsewhere

`window.py` and what it needs is imported when the window is first wanted, or when Ondol has
started: the first window does not wait for it.
"""
