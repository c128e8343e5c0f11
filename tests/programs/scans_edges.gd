# nan stays from where it came; empty and size-one axes; scalars; the sign of zero.
# input x = [1.0, nan, 2.0, inf]
# exact
# expect h = [1.0, nan, nan, nan]
# expect l = [1.0, nan, nan, nan]
# expect s = [1.0, nan, nan, nan]
# expect z = [-0.0, 0.0, 0.0]
# expect none = zeros(0)
# expect nothing = zeros((2, 0))
# expect rows = zeros((0, 3))
# expect one = [[5.0], [7.0]]
# expect scalar = [4]
# expect gone = zeros(0)
# expect i = [9223372036854775807, -9223372036854775808]
input x: real[size_n]
h := cummax(x); l := cummin(x); s := cumsum(x); z := cumsum([-0.0, 0.0, -0.0])
none := cumsum(x[:0]); nothing := cumprod(zeros(2, 0), axis=1); rows := cummax(zeros(0, 3), axis=0)
one := cumsum([[5.0], [7.0]], axis=1); scalar := cumsum(4); gone := diff(x[:1])
i := cumsum([9223372036854775807, 1])
