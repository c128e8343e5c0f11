# input x = [1.0, 2.0, -1.0]
# error assert 6: 2
input x: real[n]
s := 0.0
for i in 0..n {
    assert x[i] > 0, "entry 2 is negative"
    s += x[i]
}
