# error value 3: min
k := 0
x := min(i for i in 0..k)
