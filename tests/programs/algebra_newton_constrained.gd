# A Newton step of a linear program: the same matrix A@W@A.T is solved with twice and formed once.
# input A = rng(1).standard_normal((3, 5))
# input W = np.diag([1.0, 2.0, 0.5, 1.5, 3.0])
# input b = rng(2).standard_normal(3)
# input c = rng(3).standard_normal(5)
# input x = rng(4).standard_normal(5)
# expect f = W @ A.T @ linalg.solve(A @ W @ A.T, b - A @ x)
# expect o = W @ (A.T @ linalg.solve(A @ W @ A.T, A @ x) - c)
# count np.linalg.inv 0 on numpy
# count A @ W @ A.T 1 on numpy
# count A @ x 1 on numpy
input A: real[m, n]; input W: real[n, n]; input b: real[m]; input c: real[n]; input x: real[n]
f := W@A.T@inv(A@W@A.T)@(b - A@x)
o := W@(A.T@inv(A@W@A.T)@A@x - c)
