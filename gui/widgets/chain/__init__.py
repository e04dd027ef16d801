"""A chain as cards and as a picture: edits are announced whole, findings stand at their card.

edits.py           what can be done to a chain, as pure functions
editor.py          all stages from top to bottom, and the reply
stage_row.py       the cards of one stage, side by side where there is room
step_card.py       one step: what it is called, asks and gives
step_head.py       a card's first line: its number, title, ways to move it
step_details.py    what few steps need: model, system prompt, condition, options
template_field.py  a prompt, its names in braces marked
names_menu.py      the names that can be put into a prompt
picture.py         boxes and arrows
routes.py          where boxes and arrows of the picture lie
"""
