# The length of the longest common subsequence of two rows of codes.
# input a = [1, 3, 4, 1, 2, 3, 4, 1]
# input b = [3, 4, 1, 2, 1, 3]
# expect length = 5
input a: int[m]; input b: int[n]
L := zeros(m + 1, n + 1, int)
for i in 1..m + 1, j in 1..n + 1 {
    L[i, j] := L[i - 1, j - 1] + 1 if a[i - 1] == b[j - 1] else max(L[i - 1, j], L[i, j - 1])
}
output length := L[m, n]
