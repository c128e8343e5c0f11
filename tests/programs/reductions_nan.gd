# nan and inf go through reductions as in NumPy; argmin takes the first nan.
# input x = [2.0, nan, 1.0, nan]
# input y = [inf, 1.0, -inf]
# expect s = nan
# expect lo = nan
# expect hi = nan
# expect a = 1
# expect b = 1
# expect l = inf
# expect d = nan
# expect size0 = inf
# expect c = 2
input x: real[n]
input y: real[m]
s := sum(x); lo := min(x); hi := max(x); a := argmin(x); b := argmax(x)
l := logsumexp(y); d := sum(y); size0 := norm(y); c := argmin(y)
