# solve, inv, det, cholesky: vector and matrix right sides, pivoting, size one and zero.
# input A = [[0.0, 2.0, 1.0], [1.0, 1.0, 0.0], [3.0, 0.0, 1.0]]
# input b = [3.0, 2.0, 4.0]
# input B = arange(6.0).reshape(3, 2)
# expect x = np.linalg.solve(A, b)
# expect X = np.linalg.solve(A, B)
# expect I = np.linalg.inv(A)
# expect d = np.linalg.det(A)
# expect S = array(A) @ array(A).T + np.eye(3)
# expect L = np.linalg.cholesky(array(A) @ array(A).T + np.eye(3))
# expect one = [[0.25]]
# expect e = 1.0
# expect i = [[1.0, -1.0], [0.0, 1.0]]
# expect z = 0.0
# expect r = [1.0, 2.0]
input A: real[n, n]
input b: real[n]
input B: real[n, k]
x := solve(A, b)
X := solve(A, B)
I := inv(A)
d := det(A)
S := A@A.T + eye(n)
L := cholesky(S)
one := inv([[4]])
e := det(zeros(0, 0))
i := inv([[1, 1], [0, 1]])
z := det([[1.0, 2.0], [2.0, 4.0]])
r := solve([[2, 0], [0, 1]], [2, 2])
