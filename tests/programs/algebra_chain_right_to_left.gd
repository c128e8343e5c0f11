# A chain that ends in a vector is multiplied from its end, whatever the brackets say.
# input A = rng(1).standard_normal((4, 5))
# input B = rng(2).standard_normal((5, 3))
# input C = rng(3).standard_normal((3, 6))
# input x = rng(4).standard_normal(6)
# expect y = A @ B @ C @ x
# count A @ (B @ (C @ x)) 1 on numpy
input A: real[m, n]; input B: real[n, k]; input C: real[k, p]; input x: real[p]
y := ((A@B)@C)@x
