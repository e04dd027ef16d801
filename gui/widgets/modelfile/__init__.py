"""The form beside a Modelfile's text: fields that announce what a person changes in them.

form.py           all of it, in sections
sections.py       a heading with what it is about; one that folds
text_field.py     several lines of text, as high as they need
choice.py         a dropdown
number_field.py   a number that may be left out
parameter_row.py  one option: what it is for, its value, a way to unset it
parameter_list.py all options; those that few people set are folded
row_list.py       rows that are added and removed
text_list.py      texts one below the other: stops, licences
message_list.py   who says what
import_card.py    what is known of files that a person brought
"""
