# alone
# error type 3: qr has 2 results, (a, b) := qr(A)
input A: real[m, n]; Q := qr(A)
