# The functions of learning, written in gd.
# input x = [[1.0, -2.0, 0.0], [3.0, 0.5, 1000.0]]
# input p = [0.9, 0.2, 0.4]
# input y = [1.0, 0.0, 1.0]
# expect s = 1/(1 + np.exp(-np.array(x)))
# expect r = np.maximum(x, 0)
# expect f = np.logaddexp(0, x)
# expect S = np.exp(np.array(x) - np.max(x, 1, keepdims=True))/np.exp(np.array(x) - np.max(x, 1, keepdims=True)).sum(1, keepdims=True)
# expect S0 = np.exp(np.array(x) - np.max(x, 0))/np.exp(np.array(x) - np.max(x, 0)).sum(0)
# expect sums = [1.0, 1.0]
# expect L = np.array(x) - np.max(x, 1, keepdims=True) - np.log(np.exp(np.array(x) - np.max(x, 1, keepdims=True)).sum(1, keepdims=True))
# expect Z = [[-1.0, -1.0, -1.0], [1.0, 1.0, 1.0]]
# expect e = (0.01 + 0.04 + 0.36)/3
# expect a = (0.1 + 0.2 + 0.6)/3
# expect q = 1 - 0.41/(6/9)
# expect k = 1/(1 + np.exp(-2.0))
input x: real[m, n]
input p, y: real[k2]
s := sigmoid(x); r := relu(x); f := softplus(x)
S := softmax(x); S0 := softmax(x, axis=0); sums := sum(S, axis=1)
L := log_softmax(x); Z := standardize(x)
e := mse(p, y); a := mae(p, y); q := r2(p, y)
k := sigmoid(2)
