# error type 3: sort, complex

s := sort([1i, 2])
