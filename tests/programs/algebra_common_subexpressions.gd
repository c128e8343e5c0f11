# What is written twice, also transposed, is computed once.
# input A = rng(1).standard_normal((4, 4))
# input B = rng(2).standard_normal((4, 4))
# expect C = A.T @ B + A.T @ B
# expect D = (A.T @ B).T @ (A.T @ B)
# expect s = 2*np.trace(A.T @ B @ A.T @ B)
# count A.T @ B 1 on numpy
input A: real[n, n]; input B: real[n, n]
C := A.T@B + A.T@B
D := (A.T@B).T@(A.T@B)
E := (A.T@B)@(A.T@B)
output C, D, s := 2*trace(E)
