# record appends to a trace: scalars, arrays, in loops that are left early, assigned in the same line.
# input n = 4
# expect s = 6
# expect trace s = [0, 1, 3, 6]
# expect trace v = [[0.0, 1.0], [1.0, 2.0], [2.0, 3.0], [3.0, 4.0]]
# expect trace J = [0.5, 1.5]
# expect trace one = [7]
input n: int
s := 0
for i in 0..n {
    s += i
    record s
    v := [i*1.0, i + 1.0]
    record v
}
for i in 0..n {
    stop if i == 2
    record J := i + 0.5
}
one := 7
record one
output s
