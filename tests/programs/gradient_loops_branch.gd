# Derivatives through branches and choices in loops: the side not taken adds nothing.
# input x = [0.5, -1.25, -0.5, 2.0]
# tolerance 1e-7
# expect sides = [-7.5, -6.25, -2.5, 3.234375]
# expect chosen = [2.75, 1.0397207708399179, 5.718464239619548, 0.5]
# expect largest = [2.0, 0.0, 0.0, 0.5]
input x: real[n]
s := 1.0
for i in 0..n {
    if x[i] > 0 { s := s*x[i] + s/x[i] } else { s := s + x[i]^2 }
}
sides := grad(s, x)
t := 0.0
for i in 0..n { t += log(x[i]) if x[i] > 0 else 3*x[i]*t }
chosen := grad(t, x)
m := x[0]
for i in 1..n { m := max(m, x[i]*m) }
largest := grad(m, x)
output sides, chosen, largest
