# .T of a vector is the vector; of rank 3 the last two axes change.
# input v = [1.0, 2.0]
# input A = arange(6).reshape(2, 3)
# input T = arange(24).reshape(2, 3, 4)
# expect a = [1.0, 2.0]
# expect b = A.T
# expect c = np.swapaxes(T, 1, 2)
# expect d = T.transpose(2, 0, 1)
# expect e = T.transpose()
# expect f = A.T[1]
input v: real[k]
input A: int[m, n]
input T: int[p, q, r]
a := v.T; b := Aᵀ; c := T.T; d := transpose(T, 2, 0, 1); e := transpose(T); f := A.T[1]
