# sort and argsort: the last axis, ties as they stand, nan last.
# input x = [3.0, nan, -1.0, 2.0, -1.0, inf, -inf, nan, 0.0]
# input A = [[3, 1, 2, 1], [0, 0, -5, 7]]
# expect s = sort(x)
# expect p = argsort(x, kind="stable")
# expect S = sort(A, 1)
# expect P = argsort(A, 1, kind="stable")
# expect b = [False, False, True]
# expect bp = [1, 2, 0]
# expect T = sort(arange(24.0).reshape(2, 3, 4) % 5)
# expect none = zeros(0)
# expect nop = np.zeros(0, int)
# expect rows = zeros((0, 3))
# expect thin = zeros((3, 0))
# expect one = [7]
# expect best = [[3, 2], [7, 0]]
# expect back = x
# count in_order 8 on numpy
input x: real[size_n]; input A: int[size_p, size_q]
s := sort(x); p := argsort(x); S := sort(A); P := argsort(A)
b := sort([true, false, false]); bp := argsort([true, false, false])
T := sort(reshape(arange(24) % 5 * 1.0, 2, 3, 4))
none := sort(x[:0]); nop := argsort(x[:0]); rows := sort(zeros(0, 3)); thin := sort(zeros(3, 0)); one := sort([7])
best := flip(sort(A), axis=1)[:, :2]
back := s[argsort(p)]
