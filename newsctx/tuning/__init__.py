"""Learning the weights of retrieval from queries whose relevant articles are known."""
