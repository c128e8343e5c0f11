# A derivative of a complex derivative.
# alone
# input z = [-0.6 + 0.1*1j, 0.5 + -0.9*1j, 0.4 + -0.0*1j]
# tolerance 1e-7
# expect second = [-3.36 + -0.5600000000000002*1j, -4.48 + -8.064000000000002*1j, 1.0240000000000005 + 0.0*1j]
input z: complex[n]
J := sum(abs(z)^2)
g := grad(J, z)
second := grad(sum(real(g*z)^2), z)
output second
