# Functions of other files: by prefix, generic, with names of their own.
# input x = [1.0, 5.0, 3.5]
# expect a = 4.0
# expect low = 1.0
# expect wide = 8.0
# expect h = 100
# expect own = 5.0
# expect k = 7
use "library/spread.gd" as st
use "library/order.gd" as order
input x: real[n]
a := st.spread(x)
(low, wide) := st.both(x, scale=2)
h := st.highest(x)
own := max(x)
k := order.top([[7, 2], [3, 4]])
output a, low, wide, h, own, k
