"""A field for text in a language, such as a Modelfile or TOML, and a view of two texts compared.

edit.py           SourceEdit: the field, its findings below it, keys between the two
language.py       what a language must be able to say
field.py          the text itself: keys, input methods, one edit from outside
numbered.py       a text with a margin of numbers and tinted lines
units.py          characters and Qt's UTF-16 units
colouring.py      colours, a few milliseconds at a time
marks.py          findings at their places while the text moves
findings_list.py  findings to read and to go to
completing.py     when proposals open, close and are taken
proposals.py      the list of proposals
changes_frame.py  counts, Copy and F8 around a view of differences
diff_view.py      DiffView: two texts compared, line by line
"""
