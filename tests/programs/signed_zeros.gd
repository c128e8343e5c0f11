# -0 is 0 in comparisons, and keeps its sign through products, roots and minimum.
# input z = [0.0, -0.0]
# expect p = [0.0, -0.0]
# expect q = [-0.0, 0.0]
# expect r = [inf, -inf]
# expect s = [0.0, -0.0]
# expect e = [True, True]
# exact
input z: real[n]
p := z*2
q := -z
r := 1/z
s := sqrt(z)
e := z == 0
