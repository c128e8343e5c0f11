# Over an empty range only sum, prod, any, all and mean have a value.
# error value 4: empty
k := 0
x := norm(1.0*i for i in 0..k)
