# Shortest paths from node 0 with negative edges: (from, to, length).
# input tail = [0, 0, 1, 1, 2, 3, 3]
# input head = [1, 2, 2, 3, 3, 1, 4]
# input length = [6.0, 7.0, 8.0, -4.0, 9.0, 7.0, 2.0]
# expect d = [0.0, 6.0, 7.0, 2.0, 4.0]
input tail: int[e]; input head: int[e]; input length: real[e]
d := full(inf, 5)
d[0] := 0.0
repeat 4 { for k in 0..e { d[head[k]] := min(d[head[k]], d[tail[k]] + length[k]) } }
output d
