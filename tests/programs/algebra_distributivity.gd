# (A - H.T@H)@x: the matrix in brackets is never formed.
# input A = rng(1).standard_normal((4, 4))
# input H = rng(2).standard_normal((3, 4))
# input B = rng(3).standard_normal((4, 4))
# input x = rng(4).standard_normal(4)
# expect p = (A - H.T @ H) @ x
# expect q = x @ (B + A @ A)
# expect u = (A @ B + B @ B) @ x
# expect plain = (A - B) @ x
# count H.T @ (H @ x) 1 on numpy
# count x @ A @ A 1 on numpy
# count (A + B) @ (B @ x) 1 on numpy
# count (A - B) @ x 1 on numpy
input A: real[n, n]; input H: real[m, n]; input B: real[n, n]; input x: real[n]
p := (A - H.T@H)@x
q := x@(B + A@A)
u := (A@B + B@B)@x
plain := (A - B)@x
