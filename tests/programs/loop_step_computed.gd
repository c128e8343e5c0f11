# A range whose step is computed, up, down and with nothing in it.
# input s = 3
# expect up = [1, 4, 7]
# expect down = [9, 6, 3]
# expect n = 0
# expect t = 22
input s: int
up := zeros(3, int)
k := 0
for i in 1..10 by s { up[k] := i; k += 1 }
down := zeros(3, int)
k := 0
for i in 9..0 by -s { down[k] := i; k += 1 }
n := 0
for i in 10..0 by s { n += 1 }
t := sum(i for i in 1..13 by s)
output up, down, n, t
