# A name first assigned in a loop is there after it, if a round reached the assignment.
# input v = [3.0, 1.0, 2.0]
# expect last = 2.0
# expect twice = 4.0
# expect found = 1
# expect only last, twice, found
input v: real[n]
for x in v {
    last := x
    twice := 2*last
}
for i in 0..n {
    if v[i] < 2 { found := i; stop }
}
output last, twice, found
