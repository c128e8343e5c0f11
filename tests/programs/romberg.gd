# Romberg's table: trapezia refined and extrapolated.
# expect area = np.exp(1.0) - 1
# tolerance 1e-6
R := zeros(5, 5)
for i in 0..5 {
    n := 2^i
    h := 1/n
    R[i, 0] := h*(sum(exp(h*arange(n + 1))) - (1 + exp(1.0))/2)
    for j in 1..i + 1 { R[i, j] := R[i, j - 1] + (R[i, j - 1] - R[i - 1, j - 1])/(4^j - 1) }
}
output area := R[4, 4]
