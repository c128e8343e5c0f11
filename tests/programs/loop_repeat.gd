# repeat: none when the count is negative; a count that the body changes is read once.
# expect a = 8
# expect b = 1
# expect c = 3
# expect d = 1
a := 1
repeat 3 { a *= 2 }
b := 1
repeat -2 { b := 0 }
c := 0
k := 3
repeat k { k := 0; c += 1 }
d := 0
repeat true { d += 1 }
output a, b, c, d
