"""Answers side by side, and what is different in them.

choice_list   rows to check, under headings, narrowed by a search
lane_column   one answer: who gives it, its transcript, what it cost
lanes_view    the columns beside each other; they scroll together or apart
words_diff    two texts in one: what was taken away and what was added, word by word
replay_rows   the table of a replay: its model
replay_table  the table itself
words         sentences of them
"""
