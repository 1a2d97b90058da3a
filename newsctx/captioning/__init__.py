"""News captions of articles, and which articles are about something that a photograph can show (NewsRECON sec. 1)."""
