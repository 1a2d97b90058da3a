"""The corpus: store (DuckDB), importers, photographs, index."""
