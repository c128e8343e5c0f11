# Blocks joined by concat: solving a block-diagonal system gives the solutions of its blocks.
# input A = rng(1).standard_normal((3, 3)) + 3*np.eye(3)
# input B = rng(2).standard_normal((2, 2)) + 3*np.eye(2)
# input x = rng(3).standard_normal(5)
# expect y = concatenate([A @ x[:3], B @ x[3:]])
# expect z = concatenate([linalg.solve(A, x[:3]), linalg.solve(B, x[3:])])
input A: real[m, m]; input B: real[n, n]; input x: real[m + n]
M := concat(concat(A, zeros(m, n), axis=1), concat(zeros(n, m), B, axis=1), axis=0)
y := M@x
z := solve(M, x)
