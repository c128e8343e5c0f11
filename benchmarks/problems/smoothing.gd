# Exponential smoothing: each level from the value and the level before.
input x: real[n]
param a: real = 0.3
s := like(x, 0)
s[0] := x[0]
for i in 1..n {
    s[i] := a*x[i] + (1 - a)*s[i - 1]
}
output s
