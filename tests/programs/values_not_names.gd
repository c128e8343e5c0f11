# B := A never makes two names for one array; the right side sees the old array.
# input A = [1.0, 2.0, 3.0, 4.0]
# expect A = [1.0, 2.0, 3.0, 4.0]
# expect B = [99.0, 2.0, 3.0, 4.0]
# expect C = [2.0, 3.0, 4.0, 4.0]
# expect D = [1.0, 1.0, 2.0, 3.0]
# expect E = [4.0, 3.0, 2.0, 1.0]
# expect F = [4.0, 2.0, 3.0, 1.0]
# expect G = [[1.0, 3.0], [2.0, 4.0]]
# expect x = 2.0
# expect y = 1.0
# expect old = [1.0, 2.0, 3.0, 4.0]
# expect H = [1.0, 3.0, 6.0, 10.0]
input A: real[n]
B := A
B[0] := 99
C := A
C[:-1] := C[1:]
D := A
D[1:] := D[:-1]
E := A
E := E[::-1]
F := A
t := F[0]; F[0] := F[-1]; F[-1] := t
G := [[1.0, 2.0], [3.0, 4.0]]
G[:, :] := G.T
def swap(a, b) { return b, a }
(x, y) := swap(1.0, 2.0)
old := A
A2 := old
A2[2] := 0
H := A
for i in 1..n { H[i] := H[i - 1] + H[i] }
output A, B, C, D, E, F, G, x, y, old, H
