# The natural spline's second derivatives, and its value between two points.
# input x = [0.0, 1.0, 2.0, 3.0]
# input y = [0.0, 1.0, 0.0, 1.0]
# expect M = [0.0, -4.0, 4.0, 0.0]
# expect mid = 0.5
input x: real[n]; input y: real[n]
A := eye(n)
r := zeros(n)
for i in 1..n - 1 {
    A[i, i - 1] := 1.0; A[i, i] := 4.0; A[i, i + 1] := 1.0
    r[i] := 6*(y[i + 1] - 2*y[i] + y[i - 1])
}
M := solve(A, r)
t := 1.5
output M, mid := (M[1]*(x[2] - t)^3 + M[2]*(t - x[1])^3)/6 + (y[1] - M[1]/6)*(x[2] - t) + (y[2] - M[2]/6)*(t - x[1])
