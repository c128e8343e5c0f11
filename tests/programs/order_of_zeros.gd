# Zeros of both signs stay in the order in which they came, in small and in large arrays and in rows.
# input z = [0.0, -0.0, 1.0, -0.0, 0.0, -1.0]
# expect s = [-1.0, inf, -inf, -inf, inf, 1.0]
# expect many = np.concatenate([np.full(500, -1.0), np.tile([inf, -inf, -inf, inf], 500), np.ones(500)])
# expect rows = np.tile([-1.0, inf, -inf, -inf, inf, 1.0], (300, 1))
input z: real[k]
s := 1/sort(z); many := 1/sort(tile(z, 500)); rows := 1/sort(tile(z, 300, 1))
