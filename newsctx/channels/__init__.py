"""Channels: each ranks the whole archive for one photograph in its own way."""
