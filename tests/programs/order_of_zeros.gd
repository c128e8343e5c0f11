# Zeros of both signs stay in the order in which they came, in small and in large arrays, in rows, and where one is picked.
# input z = [0.0, -0.0, 1.0, -0.0, 0.0, -1.0]
# expect s = [-1.0, inf, -inf, -inf, inf, 1.0]
# expect many = np.concatenate([np.full(500, -1.0), np.tile([inf, -inf, -inf, inf], 500), np.ones(500)])
# expect rows = np.tile([-1.0, inf, -inf, -inf, inf, 1.0], (300, 1))
# expect middle = [-inf, -inf, inf]
# expect picked = np.full((1, 400), -inf)
input z: real[k]
s := 1/sort(z); many := 1/sort(tile(z, 500)); rows := 1/sort(tile(z, 300, 1))
middle := 1/[median([0.0, -0.0, -0.0]), quantile([-0.0, 0.0, -0.0], 0.0), median(z[:5])]
picked := 1/quantile(tile(z, 400, 1), [0.4], axis=1)
