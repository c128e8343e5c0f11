# How many rounds each point of the plane stays within distance 2.
input x: real[w]
input y: real[h]
param most: int = 100
count := zeros(h, w, int)
for i in 0..h, j in 0..w {
    a := 0.0
    b := 0.0
    k := 0
    while k < most and a^2 + b^2 <= 4 {
        t := a^2 - b^2 + x[j]
        b := 2*a*b + y[i]
        a := t
        k += 1
    }
    count[i, j] := k
}
output count
