# error type 2: qr has 2 results, (a, b) := qr(A)
input A: real[m, n]; Q := qr(A)
