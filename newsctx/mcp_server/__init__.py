"""A server of the Model Context Protocol: language models and other programs ask what `newsctx.api` answers."""
