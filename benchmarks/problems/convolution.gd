# A long signal, smoothed with a kernel.
input x: real[n]
input k: real[w]
output y := conv(x, k, mode="valid")
