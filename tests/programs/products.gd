# @ of every pair of ranks.
# input A = rng(4).standard_normal((3, 4))
# input v = [1.0, -1.0, 2.0, 0.5]
# input u = [1.0, 2.0, 3.0]
# input T = rng(5).standard_normal((2, 3, 4))
# expect d = array(v) @ array(v)
# expect Av = A @ array(v)
# expect uA = array(u) @ A
# expect AA = A @ A.T
# expect TT = T @ A.T
# expect Tv = T @ array(v)
# expect TS = T @ np.swapaxes(T, 1, 2)
# expect s = 2*(array(v) @ array(v))
# expect k = [[7, 10], [15, 22]]
input A: real[m, n]
input v: real[n]
input u: real[m]
input T: real[p, m, n]
d := v@v; Av := A@v; uA := u@A; AA := A@A.T; TT := T@A.T; Tv := T@v; TS := T@T.T
s := 2·(v·v)
k := [[1, 2], [3, 4]]@[[1, 2], [3, 4]]
