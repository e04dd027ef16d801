"""Tests of the chat room, and the table they are served on."""
