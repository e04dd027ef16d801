"""Parts of the Serve window.

request_table.py   requests as they come, a row each
served_view.py     where it is served, the key, how to ask
"""
