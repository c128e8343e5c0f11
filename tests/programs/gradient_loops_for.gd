# Derivatives through for: sums, products, nested and backward ranges, updates of elements, gathers.
# input x = [0.5, 1.25, -0.75, 2.0]
# input k = [3, 0, 0, 2, 1]
# tolerance 1e-7
# expect squares = [12.75, 31.875, -19.125, 51.0]
# expect nested = [0.4375, 0.4375, 8.5, -2.21875]
# expect horner = [1.0, 10.0, 1.5625, 1.953125]
# expect recurrence = [0.572829388511048, -0.10038872736139737, 4.415377984691292, 0.06488687939325444]
# expect gathered = [5.0625, 1.6875, 15.1875, 1.265625]
# expect triangle = [2.3132207045084328, 0.9561898752413038, -1.3798496215744978, 1.4272742200446316]
input x: real[n]
input k: int[m]
s := 0.0
for i in 0..n { s += x[i]^2 }
squares := grad(s*s, x)
p := 0.0
for i in 0..n {
    q := 1.0
    for j in 0..i + 1 { q := q*x[j] + x[i] }
    p += q
}
nested := grad(p, x)
h := 0.0
for i in n - 1..-1 by -1 { h := h*x[1] + x[i] }
horner := grad(h, x)
y := zeros(n)
y[0] := x[0]
for i in 1..n { y[i] := y[i - 1]*x[i] + sin(y[i - 1]) }
recurrence := grad(sum(y), x)
g := 1.0
for i in k { g := g + x[i]*g }
gathered := grad(g, x)
z := x
for i in 0..n, j in 0..i { z[i] -= z[j]*x[n - 1 - j] }
triangle := grad(norm(z), x)
output squares, nested, horner, recurrence, gathered, triangle
