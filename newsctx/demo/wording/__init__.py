"""Text to train with: captions and articles written by a grammar, in other words than the archive's own stories."""
