# Conway's game of life on a torus.
input board: int[n, n]
param steps: int = 50
repeat steps {
    N := -board
    for a in -1..2, c in -1..2 {
        N += roll(roll(board, a, axis=0), c, axis=1)
    }
    board := 1 if N == 3 or (N == 2 and board == 1) else 0
}
output board
