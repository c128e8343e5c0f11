# The textbook's signs.
# input X = arange(6.0).reshape(3, 2)
# input y = [1.0, 2.0, 3.0]
# input w = [0.5, -0.5]
# expect w = array([0.5, -0.5]) - 0.1/3*(X.T @ (X @ array([0.5, -0.5]) - y))
# expect c = True
# expect r = 3.0
# expect s = 2*np.pi
# expect h = [[0.0, 1.0], [4.0, 9.0], [16.0, 25.0]]
input X: real[m, n]
input y: real[m]
input w: real[n]
param α: real = 0.1
w := w − α·(1÷m)·Xᵀ·(X·w − y)
c ← 1 ≤ 2 ∧ ¬(3 ≠ 3) ∨ 2 ≥ 5
r := √9
s := 2·π
h := X ⊙ X
