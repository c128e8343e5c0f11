# Products and factorisations of f32 are f32; of i32 they are i32.
# input A = np.array([[4, 1], [1, 3]], dtype=float32)
# input b = np.array([1, 2], dtype=float32)
# input k = np.array([[1, 2], [3, 100000]], dtype=int32)
# input d = [0.5, 0.25]
# expect c = A @ A
# expect e = A @ b
# expect f = b @ b
# expect g = (k.astype(int64) @ k).astype(int32)
# expect h = A @ d
# expect i = A @ k
# expect j = np.linalg.solve(A, b)
# expect l = np.linalg.inv(A)
# expect o = np.linalg.det(A)
# expect p = np.linalg.cholesky(A)
# expect q = A @ A
# expect r = A.T @ (A @ b - b)*np.float32(0.1)
# expect s = np.outer(b, b)
# expect t = np.float32(7)
# expect u = np.tril(A)
# tolerance 1e-5
input A: f32[n, n]
input b: f32[n]
input k: i32[n, n]
input d: real[n]
c := A@A
e := A@b
f := b@b
g := k@k
h := A@d
i := A@k
j := solve(A, b)
l := inv(A)
o := det(A)
p := cholesky(A)
q := [sum(A[i2, k2]*A[k2, j2] for k2) for i2, j2]
r := 0.1*A.T@(A@b - b)
s := outer(b, b)
t := trace(A)
u := tril(A)
