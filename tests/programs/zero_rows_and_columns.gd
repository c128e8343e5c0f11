# Matrices without rows or columns in products and reductions.
# input A = zeros((3, 0))
# input B = zeros((0, 2))
# expect P = zeros((3, 2))
# expect r = zeros(3)
# expect c = zeros((0,))
# expect q = zeros((2, 0))
# expect s = zeros((0, 0))
# expect mx = zeros(0)
input A: real[m, k]
input B: real[k, n]
P := A@B
r := sum(A, axis=1)
c := sum(A, axis=0)
q := B.T
s := A.T@A
mx := max(A, axis=0)
