# How far values lie apart. Only the functions can be used; the rest is this file's own test.
# input x = [4.0, 1.0, 2.5]
# expect r = 3.0
use "order.gd" as order
def spread(x) = order.top(x) - order.low(x)
def both(x, scale = 1) { s := scale*spread(x); return order.low(x), s }
def max(x) = 100       # hides the built-in here, and nowhere else
def highest(x) = max(x)
input x: real[n]
output r := spread(x)
