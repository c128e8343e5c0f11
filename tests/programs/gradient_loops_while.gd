# Derivatives through while, stop and skip: the rounds taken are those of the values at hand.
# input x = 1.4
# input A = [[4.0, 1.0], [1.0, 3.0]]
# tolerance 1e-7
# expect grown = 667.062083584784
# expect left = 31.653999999999993
# expect root = 0.4225772278428001
# expect rayleigh = [[0.7235901083214494, 0.4495380858991735], [0.4449944064283313, 0.2763764357537744]]
# expect still = 2.8
input x: real
input A: real[n, n]
s := x
while s < 100 { s := s*x + sin(x) }
grown := grad(s, x)
t := x
for i in 0..20 {
    half := t/2
    stop if half > 3
    t := t*x
    if i % 2 == 0 { skip }
    t := t + half
}
left := grad(t, x)
r := x
while abs(r*r - x) > 1e-4 { r := (r + x/r)/2 }
root := grad(r, x)
v := ones(n)
old := 0.0
value := 1.0
while abs(value - old) > 1e-4 {
    old := value
    v := A@v/norm(A@v)
    value := v@(A@v)
}
rayleigh := grad(value, A)
c := x
while c < 0 { c := c*2 }
still := grad(c*x, x)
output grown, left, root, rayleigh, still
