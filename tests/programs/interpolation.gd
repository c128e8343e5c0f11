# interp: straight lines between points, the first and last value outside.
# input x = [-1.0, 0.0, 0.5, 1.0, 2.5, 3.0, 9.0, nan]
# input xp = [0.0, 1.0, 3.0]
# input fp = [5.0, 6.0, 2.0]
# expect y = interp(x, xp, fp)
# expect one = 5.5
# expect M = interp([[0.5, 2.0], [3.0, 4.0]], xp, fp)
# expect single = [7.0, 7.0]
# expect i = 1.5
# expect none = zeros(0)
input x: real[size_m]; input xp: real[size_n]; input fp: real[size_n]
y := interp(x, xp, fp); one := interp(0.5, xp, fp); M := interp([[0.5, 2.0], [3.0, 4.0]], xp, fp)
single := interp([1.0, 9.0], [3.0], [7.0]); i := interp(1, [0, 2], [1, 2]); none := interp(x[:0], xp, fp)
