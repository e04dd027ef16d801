"""Parts of a window: they know Qt, records and theme, nothing else."""
