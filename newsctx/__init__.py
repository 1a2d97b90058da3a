"""newsctx: find the news a photograph belongs to, stage by stage, with the analyst in charge."""

__version__ = "0.1.0"
