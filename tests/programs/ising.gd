# The Ising model by Metropolis' rule, on a checkerboard: cold spins line up.
# expect shape = [8, 8]
# expect values = 1
# expect ordered = True
spin := ones(8, 8, int)
for k in 0..20 {
    u := rand(k, 8, 8)
    for colour in 0..2 {
        near := roll(spin, 1, axis=0) + roll(spin, -1, axis=0) + roll(spin, 1, axis=1) + roll(spin, -1, axis=1)
        turned := exp(-2.0*spin*near) > u
        mine := [(i + j) % 2 == colour for i in 0..8, j in 0..8]
        spin := where(mine and turned, -spin, spin)
    }
}
output shape := [size(spin, 0), size(spin, 1)]
output values := max(abs(spin))
output ordered := abs(mean(spin)) > 0.8
