# conv: full, same and valid; the longer may stand second; ints stay ints.
# input x = [1.0, 2.0, 3.0, -1.0, 0.5]
# input k = [0.5, 1.0, -2.0]
# expect f = convolve(x, k)
# expect s = convolve(x, k, "same")
# expect v = convolve(x, k, "valid")
# expect g = convolve(k, x, "same")
# expect h = convolve(k, x, "valid")
# expect e = convolve(x, k[:2], "same")
# expect i = [1, 3, 5, 3]
# expect one = [6.0]
# count np.convolve 5 on numpy
input x: real[n]; input k: real[m]
f := conv(x, k); s := conv(x, k, mode="same"); v := conv(x, k, mode="valid")
g := conv(k, x, mode="same"); h := conv(k, x, mode="valid"); e := conv(x, k[:2], mode="same")
i := conv([1, 2, 3], [1, 1]); one := conv([2.0], [3.0], mode="valid")
