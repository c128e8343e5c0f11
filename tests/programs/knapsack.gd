# The most value that fits, by dynamic programming over weights.
# input value = [60, 100, 120, 30]
# input weight = [10, 20, 30, 5]
# input capacity = 50
# expect most = 220
# expect lighter = 190
input value: int[n]; input weight: int[n]; input capacity: int
best := zeros(capacity + 1, int)
for i in 0..n {
    for w in capacity..weight[i] - 1 by -1 {
        best[w] := max(best[w], best[w - weight[i]] + value[i])
    }
}
output most := best[capacity]
output lighter := best[35]
