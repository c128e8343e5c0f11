# input x = np.zeros(0)
# error value 4: fft of no values, x is empty
input x: real[n]
X := fft(x)
