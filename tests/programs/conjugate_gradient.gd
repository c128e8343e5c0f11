# Conjugate gradients: n steps solve a system of n equations.
# input A = [[4.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 2.0]]
# input b = [1.0, 2.0, 3.0]
# expect x = linalg.solve(A, b)
# tolerance 1e-6
input A: real[n, n]; input b: real[n]
x := zeros(n)
r := b
p := r
repeat n {
    Ap := A@p
    a := (r@r)/(p@Ap)
    x := x + a*p
    s := r - a*Ap
    p := s + (s@s)/(r@r)*p
    r := s
}
output x
