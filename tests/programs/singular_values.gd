# svd: thin; the largest entry of each column of U is positive; of wide, singular and empty matrices.
# input A = [[1.0, 2.0], [-3.0, 4.0], [0.5, -1.0]]
# expect s = np.linalg.svd(A)[1]
# expect back = A
# expect wide = array(A).T
# expect unit = eye(2)
# expect z = [2.0, 0.0]
# expect u = full((2, 1), sqrt(0.5))
# expect full_rank = eye(2)
# expect none = zeros(0)
# expect zero = [0.0, 0.0]
input A: real[m, n]
(U, s, Vt) := svd(A)
back := U*s[new, :]@Vt; unit := U.T@U
(a, b, c) := svd(A.T)
wide := a*b[new, :]@c
(u, z, vt) := svd([[1.0, 1.0], [1.0, 1.0]])
full_rank := u.T@u; u := u[:, :1]
(e, none, g) := svd(zeros(2, 0)); (p, zero, q) := svd(zeros(3, 2))
output s, back, wide, unit, z, u, full_rank, none, zero, U, Vt
