# Sorting by insertion, with a loop that stops.
# input x = [5, 2, 9, 1, 5, 6]
# expect y = [1, 2, 5, 5, 6, 9]
# expect moves = 6
input x: int[n]
y := x
moves := 0
for i in 1..n {
    for j in i..0 by -1 {
        stop if y[j - 1] <= y[j]
        t := y[j]; y[j] := y[j - 1]; y[j - 1] := t
        moves += 1
    }
}
output y, moves
