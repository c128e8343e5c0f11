# Folding of RNA by dynamic programming, from the ends of a table to its corner.
# input seq = [0, 1, 2, 3, 0, 3, 1, 2, 2, 1]
# expect best = 2
input seq: int[n]
table := zeros(n, n, int)
for i in n - 1..-1 by -1 {
    for j in i + 1..n {
        if j - 1 >= 0 { table[i, j] := max(table[i, j], table[i, j - 1]) }
        if i + 1 < n { table[i, j] := max(table[i, j], table[i + 1, j]) }
        if j - 1 >= 0 and i + 1 < n {
            if i < j - 1 {
                table[i, j] := max(table[i, j], table[i + 1, j - 1] + (1 if seq[i] + seq[j] == 3 else 0))
            } else {
                table[i, j] := max(table[i, j], table[i + 1, j - 1])
            }
        }
        for k in i + 1..j { table[i, j] := max(table[i, j], table[i, k] + table[k + 1, j]) }
    }
}
output best := table[0, n - 1]
