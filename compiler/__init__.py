"""Tree to array IR to passes to imperative IR to text and plan. This room runs nothing."""
