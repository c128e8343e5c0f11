# Sums of ints and bools are ints; their means are reals.
# input k = [[3, -1, 4], [1, 5, -9]]
# expect s = 3
# expect p = 540
# expect m = 0.5
# expect c = 4
# expect lo = [1, -1, -9]
# expect hi = 5
# expect at = [1, 0, 1]
# expect v = np.var(k)
# expect n = sqrt(133)
# expect big = -9223372036854775808
input k: int[a, b]
s := sum(k); p := prod(k); m := mean(k); c := sum(k > 0)
lo := min(k, axis=0); hi := max(k); at := argmin(k, axis=0); v := var(k); n := norm(k)
big := sum([9223372036854775807, 1])
