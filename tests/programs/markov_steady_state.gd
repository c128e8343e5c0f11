# The steady state of a Markov chain, as a null vector by a bordered system.
# input P = [[0.9, 0.1, 0.0], [0.2, 0.7, 0.1], [0.0, 0.3, 0.7]]
# expect err = 0.0
# expect total = 1.0
input P: real[n, n]
A := (eye(n) - P).T
A[n - 1, :] := 1.0
b := zeros(n)
b[n - 1] := 1.0
q := solve(A, b)
output err := norm(q@P - q)
output total := sum(q)
