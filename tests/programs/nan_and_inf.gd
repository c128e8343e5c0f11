# nan is unequal to all, inf is beyond all; both go on through sums.
# input x = [nan, inf, -inf, 1.0]
# expect equal = [False, True, True, True]
# expect less = [False, False, True, True]
# expect a = [nan, nan, nan, 0.0]
# expect b = [nan, inf, inf, 1.0]
# expect c = [nan, 0.0, -0.0, 1.0]
# expect d = [1.0, inf, 0.0, np.exp(1.0)]
# expect s = nan
input x: real[n]
output equal := x == x
output less := x < 2
output a := x - x
output b := abs(x)
output c := 1/x
output d := where(isnan(x), 1.0, exp(x))
output s := sum(x)
output t := max(where(isnan(x), 0.0, x)) == inf
