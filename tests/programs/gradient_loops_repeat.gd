# Derivatives through repeat: a power, a descent by its rate, a recurrence of vectors.
# input x = 1.3
# input A = [[1.0, 2.0], [0.5, -1.0], [2.0, 0.25]]
# input y = [1.0, 0.5, -0.5]
# input v = [0.5, 1.5]
# tolerance 1e-7
# expect power = 14.280500000000005
# expect rate = -0.10513661410439287
# expect none = 22.277580000000007
# expect du = [2.512192191643779, 7.536576574931337]
# expect dx = 9.66227766016838
input x: real
input A: real[m, n]
input y: real[m]
input v: real[n]
s := 1.0
repeat 5 { s := s*x }
power := grad(s, x)
a := 1*x
w := zeros(n)
repeat 7 { w := w - 0.01*a*A.T@(A@w - y) }
J := sum((A@w - y)^2)
rate := grad(J, a)
repeat 0 { s := s*x + 1 }
none := grad(s*x, x)
u := v
repeat 3 { u := u/norm(u) + x*v }
(du, dx) := grad(sum(u^2), v, x)
output power, rate, none, du, dx
