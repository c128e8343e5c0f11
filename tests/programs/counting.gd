# histogram and bincount: bounds belong to the bin above, the last bound to the last bin.
# input x = [0.0, 0.1, 0.25, 0.5, 0.5, 0.75, 1.0]
# input k = [1, 3, 1, 0, 1]
# input w = [0.5, 1.0, 2.0, 4.0, 8.0]
# expect h = [2, 1, 2, 2]
# expect r = [1, 2]
# expect weighted = [0.35, 1.0, 1.75]
# expect flat = [0, 3]
# expect i = [1, 3, 0, 1]
# expect none = [0, 0]
# expect lost = [1, 1]
# expect tenths = np.histogram(arange(50) / 49, 10)[0]
# expect whole = [2, 2]
# expect c = [1, 3, 0, 1, 0]
# expect cw = [4.0, 10.5, 0.0, 1.0]
# expect empty = [0, 0]
# expect b = [1, 2]
input x: real[size_n]; input k: int[size_m]; input w: real[size_m]
h := histogram(x, 4); r := histogram(x, 2, lo=0.2, hi=0.6); weighted := histogram(x, 3, weights=x)
flat := histogram([2.0, 2.0, 2.0], 2); i := histogram(k, 4)
none := histogram(x[:0], 2); lost := histogram([nan, 1.0, 2.0, 7.0], 2, lo=1, hi=3)
tenths := histogram(arange(50)/49, 10); whole := histogram([[1, 2], [3, 4]], 2)
c := bincount(k, 5); cw := bincount(k, 4, weights=w); empty := bincount(k[:0], 2); b := bincount([true, false, true], 2)
