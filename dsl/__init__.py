"""Text to tree. This room knows no shapes, no operations and no targets."""
