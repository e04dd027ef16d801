"""The built-in server, a process of its own, speaking Ollama's HTTP API over llama.cpp."""
