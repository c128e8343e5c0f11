# Gathers at no places at all, from several arrays: nothing is out of range.
# input x = [1.0, 2.0, 3.0]
# input z = [4.0, 5.0]
# input k = np.zeros(0, int)
# expect y = zeros(0)
input x: real[n]; input z: real[m]; input k: int[r]
y := x[k] + z[k] + x[k + 1]
