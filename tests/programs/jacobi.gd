# Jacobi's method: the loop inside leaves rounds of its own by `skip`, and the rows round it are independent.
# expect small = true
# expect sweeps = 17
n := 6
A := [4.0 + i if i == j else 1.0/(1 + i + j) for i in 0..n, j in 0..n]
b := [1.0*i - 2.0 for i in 0..n]
x := zeros(n)
sweeps := 0
while sweeps < 60 {
    x_old := x
    for i in 0..n {
        s := b[i]
        for j in 0..n { skip if j == i; s -= A[i, j]*x_old[j] }
        x[i] := s/A[i, i]
    }
    sweeps += 1
    stop if norm(x - x_old) < 1e-12
}
r := norm(A@x - b)
output sweeps, small := r < 1e-10
