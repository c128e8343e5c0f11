# Conway's game of life: a glider on a torus. It moves one cell down and right in 4 rounds, so on a
# board of 16 × 16 it is back where it was after 64. `if … else` with an array chooses cell by cell.
param n: int = 16
board := zeros(n, n, int)
board[0, 1] := 1
board[1, 2] := 1
board[2, :3] := 1
start := board
repeat 4*n {
    N := -board
    for a in -1..2, c in -1..2 {
        N += roll(roll(board, a, axis=0), c, axis=1)
    }
    board := 1 if N == 3 or (N == 2 and board == 1) else 0
    record alive := sum(board)
}
assert all(board == start), "the glider should be home"
output board, alive
