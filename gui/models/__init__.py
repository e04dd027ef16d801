"""The models a server has, and the servers: never imports Qt."""
