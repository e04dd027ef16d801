"""The Presets window: what there is at the left, the one being written at the right.

window.py       the whole: list, page, notices, what happens between them
side.py         the list with its search and buttons
page.py         one preset: its head, its tabs, form and source
head.py         name, state, what can be done with it
panels.py       the tabs: prompt, options, variables, chain, source, Python
python_view.py  the preset as a script
dialogs.py      files, and a question before a text is lost
dropping.py     files dropped on the window
"""
