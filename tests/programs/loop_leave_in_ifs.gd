# stop and skip inside branches at every depth, with work before and after them.
# expect trail = [1, 2, 13, 4, 25, 0, 0, 0]
# expect n = 6
# expect m = 211
# expect last = 3
trail := zeros(8, int)
n := 0
m := 0
for i in 0..8 {
    n += 1
    trail[i] := i + 1
    if i == 2 {
        trail[i] += 10
        if m == 0 {
            m += 1
            skip
        }
        m += 1000
    } else if i == 4 {
        m += 10
        if m > 5 { trail[i] += 20 } else { stop }
    } else if i > 4 {
        m += 200
        if i == 5 {
            trail[i] := 0
            stop if m > 100
            m += 5000
        }
        m += 10000
    }
    m += 0
}
last := 0
for i in 0..10 {
    if i > 2 {
        if i == 3 { last := i; stop }
    } else { skip }
    last := -1
}
output trail, n, m, last
