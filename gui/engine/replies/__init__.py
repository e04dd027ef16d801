"""One reply: the request read, the prompt made, the text cut into chunks."""
