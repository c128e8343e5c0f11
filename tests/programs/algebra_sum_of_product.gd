# The sums of a product's rows and columns are products with sums.
# input A = rng(1).standard_normal((4, 4))
# input B = rng(2).standard_normal((4, 4))
# expect total = np.sum(A @ B)
# expect columns = np.sum(A @ A, axis=0)
# expect rows = np.sum(B @ B, axis=1)
# expect ints = 134
# count np.sum(A, axis=0) 1 on numpy
# count np.sum(B, axis=1) 1 on numpy
# count A @ B 0 on numpy
# count A @ A 0 on numpy
input A: real[n, n]; input B: real[n, n]
total := sum(A@B)
columns := sum(A@A, axis=0)
rows := sum(B@B, axis=1)
ints := sum([[1, 2], [3, 4]]@[[5, 6], [7, 8]])
