# A selection passes through elementwise formulas; checks hold only for what is selected.
# input k = [4, 0, 9, 0]
# input x = [1.0, nan, 3.0, -1.0]
# expect a = [25, 0, 11, 0]
# expect b = [4.0, nan, 8.0, -1.0]
# expect s = 36
# expect t = 1/(1 + exp(-1.0)) + 1/(1 + exp(-3.0))
# expect u = 4
# expect w = 2
# expect c = [5.0, nan, 5.0, -1.0]
# expect z = [2.0, nan, 2.0, -1.0]
input k: int[n]
input x: real[n]
a := k
a[k != 0] := 100 // k[k != 0]
b := x
b[x > 0] := cast(x[x > 0], int)*3 + x[x > 0]^2 - 2·x[x > 0] + 2 - x[x > 0]*(x[x > 0] - 1)
s := sum(100 // k[k != 0])
t := sum(sigmoid(x[x > 0]))
u := sum(cast(x[x > 0], int))
w := sum(min(k[k > 0], 1))
c := x
c[x > 0] := 5 if k[x > 0] > 0 else 6
z := x
z[x > 0] := mean(x[x > 0])
