# The classical fourth-order method for y' = -2*y + t.
# expect y = 0.25*(2*1.0 - 1) + 1.25*np.exp(-2.0)
# tolerance 1e-5
def slope(t, y) = t - 2*y
h := 0.05
y := 1.0
for k in 0..20 {
    t := k*h
    k1 := slope(t, y)
    k2 := slope(t + h/2, y + h/2*k1)
    k3 := slope(t + h/2, y + h/2*k2)
    k4 := slope(t + h, y + h*k3)
    y += h/6*(k1 + 2*k2 + 2*k3 + k4)
}
output y
