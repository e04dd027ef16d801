"""Presets in a list, and the fields of one: they announce what a person changes.

preset_list.py    all presets; the person's own in an order of their choice
preset_rows.py    its rows, and how they are painted
prompt_form.py    name, description, system prompt, model, temperature
temperature.py    three words, a slider, a number
model_choice.py   a model, or the one chosen in the window
options_form.py   every option, with its range and what it is for
variable_list.py  the names that prompts use, and where their values come from
fault_bar.py      why the form cannot be used now
"""
