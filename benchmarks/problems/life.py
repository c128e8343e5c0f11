"""Conway's game of life on a torus: 1,000 × 1,000, 50 rounds."""

import numpy as np
from numba import njit, prange

SIZES = {"": {"n": 1000, "steps": 50}}
SMALL = {"n": 9, "steps": 3}


def inputs(size, rng):
    return {"board": rng.integers(0, 2, (size["n"], size["n"])), "steps": size["steps"]}


def numpy_typed(board, steps):
    for _ in range(steps):
        N = -board
        for a in (-1, 0, 1):
            for c in (-1, 0, 1):
                N += np.roll(np.roll(board, a, axis=0), c, axis=1)
        board = np.where((N == 3) | ((N == 2) & (board == 1)), 1, 0)
    return board


def numpy_best(board, steps):
    n, m = board.shape
    B = np.empty((n + 2, m + 2), np.uint8)  # a byte for each cell, and a frame that repeats the other side
    B[1:-1, 1:-1] = board
    rows = np.empty((n + 2, m), np.uint8)
    N, inner = np.empty((n, m), np.uint8), B[1:-1, 1:-1]
    for _ in range(steps):
        B[0], B[-1] = B[-2], B[1]
        B[:, 0], B[:, -1] = B[:, -2], B[:, 1]
        np.add(B[:, :-2], B[:, 1:-1], rows)
        rows += B[:, 2:]
        np.add(rows[:-2], rows[1:-1], N)
        N += rows[2:]
        N -= inner
        N |= inner  # 3 where there are three, or two round a living cell
        np.equal(N, 3, inner.view(np.bool_))
    return inner.astype(board.dtype)


@njit(parallel=True)
def _step(B, D):
    n, m = B.shape
    for i in prange(n):
        up, down = (i - 1) % n, (i + 1) % n
        for j in range(m):
            left, right = j - 1 if j else m - 1, j + 1 if j < m - 1 else 0
            N = B[up, left] + B[up, j] + B[up, right] + B[i, left] + B[i, right]
            N += B[down, left] + B[down, j] + B[down, right]
            D[i, j] = N == 3 or (N == 2 and B[i, j] == 1)


def numba_hand(board, steps):
    B = board.astype(np.uint8)
    D = np.empty_like(B)
    for _ in range(steps):
        _step(B, D)
        B, D = D, B
    return B.astype(board.dtype)
