"""Measuring the stages against annotated data."""
