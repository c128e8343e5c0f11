# How many letters to add, remove or change to make b of a.
input a: int[m]
input b: int[n]
row := arange(n + 1)
for i in 0..m {
    old := row
    row[0] := i + 1
    for j in 0..n {
        row[j + 1] := min(old[j + 1] + 1, row[j] + 1, old[j] + (0 if a[i] == b[j] else 1))
    }
}
output d := row[n]
