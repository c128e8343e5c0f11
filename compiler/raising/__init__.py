"""Counted loops as tables and folds."""
