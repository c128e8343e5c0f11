# round is half to even; ints stay ints; cast truncates.
# input x = [0.5, 1.5, 2.5, -0.5, -1.5, 2.7, -2.7, 1e20, inf, nan]
# expect r = np.rint(x)
# expect f = np.floor(x)
# expect c = np.ceil(x)
# expect t = np.trunc(x)
# expect i = 3
# expect k = [2, -2, 0]
# expect b = [true, false, true]
# expect z = [1.0, 0.0]
# exact
input x: real[n]
r := round(x); f := floor(x); c := ceil(x); t := trunc(x)
i := round(3)
k := cast([2.7, -2.7, 0.5], int)
b := cast([2, 0, -1], bool)
z := cast([true, false], real)
