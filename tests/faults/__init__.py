"""A server that breaks HTTP on purpose."""
