# Rule 30, a row of cells that each look at two neighbours.
# expect row = [1, 1, 0, 1, 1, 1, 1]
# expect count = 6
row := [0, 0, 0, 1, 0, 0, 0]
rule := 30
repeat 3 {
    code := 4*roll(row, 1, axis=0) + 2*row + roll(row, -1, axis=0)
    row := shr(rule, code) % 2
}
output row, count := sum(row)
