# Where no grouping is always cheapest, the sizes of the call decide: here (A@B) is tiny.
# input A = rng(1).standard_normal((2, 50))
# input B = rng(2).standard_normal((50, 2))
# input C = rng(3).standard_normal((2, 50))
# expect Y = A @ B @ C
input A: real[m, n]; input B: real[n, m]; input C: real[m, n]
Y := A@(B@C)
