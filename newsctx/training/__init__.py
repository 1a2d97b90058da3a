"""Training on an archive: weak labels, the bi-encoder and the two cross-encoder heads (NewsRECON, arXiv 2601.14121)."""
