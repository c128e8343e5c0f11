# Pi from points in a square: the same points on every backend.
# expect near = True
x := rand(1, 20000)
y := rand(2, 20000)
inside := mean(x^2 + y^2 < 1)
output near := abs(4*inside - pi) < 0.05
