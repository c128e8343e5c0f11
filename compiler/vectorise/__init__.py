"""Tables and folds over scalars as operations on whole arrays."""
