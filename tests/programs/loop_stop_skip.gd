# stop and skip: with and without a condition, first and last, in nested loops.
# expect a = 3
# expect b = 20
# expect c = 22
# expect d = 6
# expect e = 0
# expect f = [1, 0, 1, 0, 1]
# expect g = 6
a := 0
for i in 0..10 { stop if i == 3; a += 1 }
b := 0
for i in 0..10 { skip if i % 2 == 1; b += i }
c := 0
for i in 0..3, j in 0..2 { skip if i == 1; stop if j == 1; c += 10*i + j + 1 }
d := 0
for i in 0..3 {
    for j in 0..5 { stop if j == 2; d += 1 }
}
e := 0
repeat 5 { stop; e += 1 }
f := zeros(5, int)
for i in 0..5 {
    if i % 2 == 1 { skip }
    f[i] := 1
}
g := 0
while true {
    g += 1
    stop if g > 5
    skip
    g += 100
}
output a, b, c, d, e, f, g
