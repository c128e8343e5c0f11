# Fourier transforms: any length, along any axis; the spectrum of reals is half of it.
# input x = [1.0, -2.0, 3.0, 0.5, 4.0, 0.0, -1.0]
# input A = [[1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 0.0, -1.0], [2.0, 2.0, 2.0, 2.0]]
# expect F = np.fft.fft(x)
# expect back = x
# expect R = np.fft.rfft(x)
# expect odd = x
# expect even = np.fft.irfft(np.fft.rfft(x))
# expect long = np.fft.irfft(np.fft.rfft(x), 12)
# expect rows = np.fft.fft(A)
# expect columns = np.fft.rfft(A, axis=0)
# expect power = [10.0, 2.0, 2.0, 2.0]
# expect one = [3.0]
# expect imaginary = [0.0, 2.0, 0.0, -2.0]
input x: real[n]; input A: real[r, c]
F := fft(x); back := real(ifft(F)); R := rfft(x); odd := irfft(R, n); even := irfft(R); long := irfft(R, 12)
rows := fft(A); columns := rfft(A, axis=0); X := fft([1, 2, 3, 4])
power := [abs(X[0]), abs(X[2]), abs(fft(A[1, :])[1]), abs(fft(A[1, :])[3])]
one := irfft(rfft([3.0]), 1); imaginary := imag(X)
output F, back, R, odd, even, long, rows, columns, power, one, imaginary
