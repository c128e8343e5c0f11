# An inverse outside a loop is computed once, not solved with in every round; so is a product with a name.
# input A = [[4.0, 1.0], [2.0, 3.0]]
# input X = [[1.0, 2.0], [0.5, 1.0], [0.25, 2.0]]
# input w = [1.0, 2.0]
# expect u = linalg.matrix_power(linalg.inv(A), 3)@w
# expect v = linalg.matrix_power(X.T@X, 3)@w
# count linalg.inv 1 on numpy
# count linalg.solve 0 on numpy
# count X.T @ X 1 on numpy
input A: real[n, n]
input X: real[m, n]
input w: real[n]
P := inv(A)
G := X.T@X
u := w
v := w
repeat 3 {
    u := P@u
    v := G@v
}
output u, v
