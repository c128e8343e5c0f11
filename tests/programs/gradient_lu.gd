# Derivatives through lu of square, wide and tall matrices; the order of the rows stays.
# input A = [[1.0, 2.0, 0.5], [-2.0, 0.3, 1.0], [0.7, 3.0, -1.0]]
# input E = np.zeros((0, 0), float)
# input O = [[2.0]]
# tolerance 1e-7
# expect square = [[-0.6932108382372433, 0.8105182771028737, 0.12042284039465134], [-0.959271739138075, 0.814399977608056, 0.8499584541415399], [-0.5614842384923164, -1.5605590001971048, 0.7126992230744986]]
# expect wide = [[-0.18695249688797078, -0.547357665480271, 0.5403023058681398], [-0.5096230849911279, 0.6816576563854706, 0.8104534588022096]]
# expect tall = [[-0.14292331202604958, -1.762103269411482], [0.77198250728863, 2.2859475218658902], [-0.9719085393119422, 1.4864430666225386]]
# expect none = np.zeros((0, 0), float)
# expect one = [[4.0]]
input A: real[n, n]
input E: real[k, k]
input O: real[1, 1]
(P, L, U) := lu(A)
square := grad(sum(L^3) + sum(sin(U)) + sum(P@L), A)
W := A[:2, :]
(Q, M, V) := lu(W)
wide := grad(sum(M^3) + sum(sin(V)), W)
T := A[:, 1:]
(R, N, X) := lu(T)
tall := grad(sum(N^3) + sum(sin(X)), T)
(p, l, u) := lu(E)
none := grad(sum(l^2) + sum(u^2), E)
(o, i, v) := lu(O)
one := grad(sum(i^2) + sum(v^2), O)
output square, wide, tall, none, one
