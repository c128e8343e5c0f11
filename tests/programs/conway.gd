# One step of life with rolls.
# input board = [[0, 0, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 1, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 0, 0]]
# expect next = [[0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 1, 1, 1, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]]
input board: int[h, w]
N := zeros(h, w, int)
for a in -1..2, c in -1..2 { N += roll(roll(board, a, axis=0), c, axis=1) }
N -= board
next := 1 if N == 3 or (N == 2 and board == 1) else 0
output next
