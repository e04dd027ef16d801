"""One conversation and one turn of it: never imports Qt."""
