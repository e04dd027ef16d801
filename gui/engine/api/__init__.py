"""What crosses the wire: routes, bodies, streams, and who may ask."""
