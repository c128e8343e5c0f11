# The weight of a least spanning tree, node by node.
# input W = [[0, 2, 0, 6, 0], [2, 0, 3, 8, 5], [0, 3, 0, 0, 7], [6, 8, 0, 0, 9], [0, 5, 7, 9, 0]]
# expect total = 16.0
input W: real[n, n]
near := where(W > 0, W, inf)[0]
inside := zeros(n, bool)
inside[0] := true
total := 0.0
repeat n - 1 {
    k := argmin(where(inside, inf, near))
    total += near[k]
    inside[k] := true
    near := where(W[k] > 0, minimum(near, W[k]), near)
}
output total
