# A common factor is multiplied once: A@B + A@C = A@(B + C).
# input A = rng(1).standard_normal((4, 4))
# input B = rng(2).standard_normal((4, 4))
# input C = rng(3).standard_normal((4, 4))
# input x = rng(4).standard_normal(4)
# input y = rng(5).standard_normal(4)
# expect R = A @ B + A @ C
# expect S = B @ A - C @ A
# expect t = A @ x - A @ y
# count A @ (B + C) 1 on numpy
# count (B - C) @ A 1 on numpy
# count A @ (x - y) 1 on numpy
input A: real[n, n]; input B: real[n, n]; input C: real[n, n]; input x: real[n]; input y: real[n]
R := A@B + A@C
S := B@A - C@A
t := A@x - A@y
