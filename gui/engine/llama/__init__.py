"""Models in memory: the only room that knows xllamacpp."""
