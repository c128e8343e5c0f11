# A chain of products: the order decides.
input A: real[n, n]
input B: real[n, n]
input C: real[n, k]
input v: real[k]
output x := A@B@C@v
