# How many steps lead from n to 1.
# input start = [1, 6, 7, 27]
# expect steps = [0, 8, 16, 111]
input start: int[k]
steps := zeros(k, int)
for i in 0..k {
    n := start[i]
    while n != 1 {
        n := n//2 if n % 2 == 0 else 3*n + 1
        steps[i] += 1
    }
}
output steps
