# Newton's method for two equations.
# expect z = [sqrt(0.5), sqrt(0.5)]
# tolerance 1e-6
z := [1.0, 0.5]
repeat 8 {
    F := [z[0]^2 + z[1]^2 - 1, z[0] - z[1]]
    J := [[2*z[0], 2*z[1]], [1.0, -1.0]]
    z := z - solve(J, F)
}
output z
