# for: half-open ranges, steps, downwards, empty, bounds evaluated once, two ranges.
# expect up = 10
# expect by = [0, 3, 6, 9]
# expect down = [4, 3, 2, 1, 0]
# expect none = 0
# expect once = 5
# expect pairs = 3
# expect tri = 10
# expect v = 11
# expect mixed = [10, 7, 4]
up := 0
for i in 0..5 { up += i }
by := zeros(4, int)
for i in 0..10 by 3 { by[i//3] := i }
down := zeros(5, int)
k := 0
for i in 4..-1 by -1 { down[k] := i; k += 1 }
none := 0
for i in 5..2 { none += 1 }
for i in 0..5 by -1 { none += 1 }
once := 0
limit := 5
for i in 0..limit { limit := 100; once += 1 }
pairs := 0
for i in 0..3, j in 0..i { pairs += 1 }
tri := 0
for i in 0..5, j in i..4 { tri += 1 }
v := 0
for x in [[1, 2], [3, 5]] { v += sum(x) }
mixed := zeros(3, int)
s := 3
for i in 0..3 { mixed[i] := 10 - i*s }
output up, by, down, none, once, pairs, tri, v, mixed
