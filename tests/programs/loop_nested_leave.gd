# An inner stop leaves only the inner loop; a flag leaves both.
# input A = [[1, 2, 3], [4, 0, 6], [7, 8, 9]]
# expect row = 1
# expect col = 1
# expect seen = 5
# expect s = [1, 4, 7]
input A: int[m, n]
row := -1
col := -1
seen := 0
for i in 0..m {
    for j in 0..n {
        seen += 1
        if A[i, j] == 0 { row := i; col := j; stop }
    }
    stop if row >= 0
}
s := zeros(m, int)
for i in 0..m {
    for x in A[i] { s[i] := x; stop }
}
output row, col, seen, s
