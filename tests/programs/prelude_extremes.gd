# Where exp overflows, and nan: as NumPy would.
# input x = [1000.0, -1000.0, nan, 0.0, -0.0, inf, -inf]
# expect s = [1.0, 0.0, nan, 0.5, 0.5, 1.0, 0.0]
# expect r = [1000.0, 0.0, nan, 0.0, 0.0, inf, 0.0]
# expect f = [1000.0, 0.0, nan, log(2), log(2), inf, 0.0]
# expect p = [1.0, 0.0]
# expect l = [0.0, -2000.0]
input x: real[n]
s := sigmoid(x); r := relu(x); f := softplus(x)
p := softmax([1000.0, -1000.0]); l := log_softmax([1000.0, -1000.0])
