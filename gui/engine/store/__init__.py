"""The models on disk, in the layout of Ollama: names, blobs, manifests."""
