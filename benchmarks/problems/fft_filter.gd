# A filter in the frequency domain.
input x: real[n]
input H: real[n//2 + 1]
output y := irfft(rfft(x)*H, n)
