# Cooley and Tukey's transform by hand: bits reversed, then butterflies in place.
# expect re = [7.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0]
# expect im = [0.0, -0.585786437627, -2.0, 3.414213562373, 0.0, -3.414213562373, 2.0, 0.585786437627]
n := 8
re := [1.0*(i % 3) for i in 0..n]; im := zeros(n)
j := 0
for i in 1..n {
    bit := n//2
    while bitand(j, bit) != 0 { j := bitxor(j, bit); bit := bit//2 }
    j := bitxor(j, bit)
    if i < j {
        a := re[i]; re[i] := re[j]; re[j] := a
    }
}
len := 2
while len <= n {
    ang := -2*pi/len
    for s in 0..n by len {
        for k in 0..len//2 {
            wr := cos(ang*k); wi := sin(ang*k)
            a := s + k; b := s + k + len//2
            tr := re[b]*wr - im[b]*wi
            ti := re[b]*wi + im[b]*wr
            re[b] := re[a] - tr; im[b] := im[a] - ti
            re[a] += tr; im[a] += ti
        }
    }
    len *= 2
}
output re, im
