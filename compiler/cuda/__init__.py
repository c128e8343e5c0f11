"""What the target cuda is built from: which statements become which kernels, and their text."""
