# input w = [0.0, 1.0, -1.0]
# input a = 0.25
# input m = 4
# input X = rng(1).standard_normal((4, 3))
# input b = 0.5
# input y = [1.0, -1.0, 2.0, 0.0]
# expect w = np.array(w) - a*(1/m)*X.T@(X@np.array(w) + b - np.array(y))
# expect only w
w := w - a*(1/m)*X.T@(X@w+b-y)
