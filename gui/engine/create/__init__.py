"""Making models: from a model that is there, or from GGUF files that were uploaded."""
