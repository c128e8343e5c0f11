# One row, one column, one entry: nothing is special about 1.
# input R = [[1.0, 2.0, 3.0]]
# input C = [[1.0], [2.0]]
# input o = [[5.0]]
# expect a = R @ R.T
# expect b = C.T @ C
# expect c = [[1.0, 4.0, 9.0]]
# expect d = o @ o
# expect e = 5.0
# expect f = [6.0]
# expect g = [1.0, 2.0, 3.0]
# expect s = 0.0
input R: real[a1, n]; input C: real[m, b1]; input o: real[p, p]
a := R@R.T
b := C.T@C
c := R*R
d := o@o
e := o[0, 0]
f := sum(R, axis=1)
g := sum(R, axis=0)
s := var(o)
