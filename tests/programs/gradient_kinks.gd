# At a kink: 0 for abs and relu, shared evenly among ties for max and min.
# input x = [0.0, 2.0, 2.0, -1.0]
# alone
# expect a = [0.0, 1.0, 1.0, -1.0]
# expect r = [0.0, 1.0, 1.0, 0.0]
# expect m = [0.0, 0.5, 0.5, 0.0]
# expect t = [0.5, 1.0, 1.0, 0.0]
# expect z = [0.5, 0.5, 0.5, 0.5]
input x: real[n]
a := grad(sum(abs(x)), x)
r := grad(sum(relu(x)), x)
m := grad(max(x), x)
t := grad(sum(maximum(x, 0)), x)
z := grad(sum(minimum(x, x + 0)), x)/2
output a, r, m, t, z
