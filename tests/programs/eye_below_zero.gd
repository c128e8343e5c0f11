# A size below zero is a value error.
# input k = -3
# error value 4: a size cannot be negative, -3
input k: int; A := eye(k)
