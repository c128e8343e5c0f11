# What waits for a check is not computed where the check is not reached: there are no rounds here, or the arm is not taken.
# input v = [1.0, 2.0, 3.0, 4.0]
# input k = 0
# input rounds = 0
# expect s = 0.0
# expect whole = 0
# expect c = [0.0, 0.0, 0.0, 0.0]
# expect d = [0.0, 0.0, 0.0, 0.0]
# expect products = 0.0
input v: real[m]
input k, rounds: int
s := 0.0
whole := 0
products := 0.0
for i in 0..rounds {
    s += min(v[:k]) + max(2*v[j] for j in 0..k)
    s += argmin(v[:k]*2) + min(v[v > 9])
    s += sum(exp(zeros(k - 3))) + sum(exp(arange(k - 3)))
    whole += sum(3//cast(v - 1, int) + 2^(k - 2)) + m//(m - 4) + m % k
}
for i in 0..rounds {
    if (s == sum(v[j - 1] for j in 0..k)) { products += prod(v[j - 1] for j in 0..m) }
}
c := 0*v
d := 0*v
for i in 0..m {
    if v[i] > 9 { c[i] += min(v[:k]) + sum(ones(k - 3)) }
    if v[i] > 8 { d[i] += m//(m - 4) + m % k + 2^(k - 1) }
}
