# A literal takes the width of what it meets, so it must be one of its numbers.
# input k = np.array([1, 2], dtype=int32)
# error type 5: 3000000000 does not fit i32, cast
input k: i32[n]
a := k + 3000000000
