# A line that an outlier does not move, by reweighting.
# input x = arange(8.0)
# input y = [1.0, 3.0, 5.0, 7.0, 9.0, 11.0, 13.0, 100.0]
# expect w = [2.0, 1.0]
# tolerance 0.2
input x: real[n]; input y: real[n]
A := stack(x, ones(n), axis=1)
w := zeros(2)
repeat 60 {
    r := abs(A@w - y)
    s := where(r > 0.1, 0.1/maximum(r, 0.1), 1.0)
    w := solve(A.T@diag(s)@A, A.T@(s*y))
}
output w
