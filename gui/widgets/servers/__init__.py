"""Parts of the servers page: they know Qt, records and the theme.

words.py             what is said of a server and of a certificate
server_row.py        one server, what can be done with it, and its test below
probe_view.py        the steps of a connection test
certificate_view.py  a certificate that was refused, whole, and the button that trusts it
"""
