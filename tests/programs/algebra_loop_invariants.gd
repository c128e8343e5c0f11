# What no round changes is computed before the loop.
# input A = rng(1).standard_normal((3, 3))
# input B = rng(2).standard_normal((3, 3))
# input C = rng(3).standard_normal((4, 3, 3))
# expect S = 4*(A @ B) + C.sum(axis=0)
# expect s = sum([(A @ B + C[k])[0, 0] for k in range(4)])
# count A @ B 1 on numpy
input A: real[n, n]; input B: real[n, n]; input C: real[p, n, n]
S := zeros(n, n)
s := 0.0
for k in 0..p {
    X := A@B + C[k]
    S += X
    s += X[0, 0]
}
output S, s
