"""The state of each flow: QtCore only; slots in, tasks, signals out."""
