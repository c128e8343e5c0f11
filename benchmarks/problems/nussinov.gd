# How many pairs an RNA strand can form when it folds (Nussinov): pairs are 0 with 3 and 1 with 2.
input seq: int[n]
table := zeros(n, n, int)
for i in n - 1..-1 by -1 {
    for j in i + 1..n {
        best := max(table[i, j - 1], table[i + 1, j])
        if i < j - 1 {
            best := max(best, table[i + 1, j - 1] + (1 if seq[i] + seq[j] == 3 else 0))
        }
        for k in i + 1..j { best := max(best, table[i, k] + table[k + 1, j]) }
        table[i, j] := best
    }
}
output pairs := table[0, n - 1]
