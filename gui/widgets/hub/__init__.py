"""Parts of the Hugging Face page: lists of repositories and files, the card, what went wrong.

words.py         what is said of a repository, a file, a count
repo_rows.py     repositories: how a row looks        repo_list.py  that list, with keys
file_rows.py     files to choose: how a row looks     file_list.py  that list, with keys
card_view.py     a model card, painted as the transcript paints Markdown
problem_view.py  why there is nothing, with buttons that help
"""
