# A matrix that rounds solve with, and do not change, is factored once; it fails in the round that needs it, and not
# where there is none. One that the rounds change is factored in each.
# input A = [[4.0, 1.0, 0.0], [1.0, 3.0, -1.0], [0.5, -1.0, 5.0]]
# input b = [1.0, 2.0, 3.0]
# input B = [[1.0, 0.0], [2.0, 1.0], [3.0, -1.0]]
# input Z = np.zeros((2, 2))
# input E = np.zeros((0, 0))
# expect x = np.linalg.solve(A, b + np.linalg.solve(A, b + np.linalg.solve(A, b)))
# expect Y = np.linalg.solve(A.T, B - np.linalg.solve(A.T, B))
# expect z = [0.0, 0.0]
# expect v = np.linalg.solve(A + 2*np.eye(3), b + np.linalg.solve(A + np.eye(3), b))
# expect e = np.zeros(0)
# expect g = np.linalg.inv(A).T @ np.linalg.inv(A).T @ np.ones(3) + np.linalg.inv(A).T @ np.ones(3)
# count solved_by_factors(t 5 on numpy
# count = packed_lu( 4 on numpy
# count np.linalg.solve( 1 on numpy
input A: real[n, n]; input b: real[n]; input B: real[n, k]; input Z: real[m, m]; input E: real[o, o]
param rounds: int = 3; param none: int = 0
x := zeros(n)
repeat rounds { x := solve(A, b + x) }
Y := zeros(n, k)
repeat 2 { Y := solve(A.T, B - Y) }
z := zeros(m)
repeat none { z := solve(Z, z + 1) }
v := zeros(n)
for i in 0..2 {
    M := A + (i + 1)*eye(n)
    v := solve(M, b + v)
}
e := zeros(o)
repeat rounds { e := solve(E, e) }
y := zeros(n)
repeat 2 { y := solve(A, b + y) }
g := grad(sum(y), b)
output x, Y, z, v, e, g
