# error index 4: 3
k := 3
v := zeros(3)
v[k] := 1
