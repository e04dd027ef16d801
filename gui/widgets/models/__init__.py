"""Parts of the models window: lists, rows, details; they know Qt, records and the theme.

words.py            what is said of a model, a size, a time
paint.py            a line of text, a chip
labels.py           labels of plain text
rows.py             what lists of painted rows have in common
installed_rows.py   the installed models: their order, how a row looks
installed_list.py   that list, with keys and a menu
catalogue_rows.py   models to get and their sizes: how a row looks
catalogue_list.py   that list
details_view.py     all about one model, in tabs
pairs_view.py       names and values
transfer_row.py     one model on its way
transfer_strip.py   all of them
search_field.py     where one types what to look for
"""
