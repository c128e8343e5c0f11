# In arithmetic a bool is the int 0 or 1.
# input c = [true, false, true]
# expect s = [2, 0, 2]
# expect t = 2
# expect m = 2/3
# expect n = [-1, 0, -1]
# expect h = [0.5, 0.0, 0.5]
# expect e = exp([1.0, 0.0, 1.0])
# expect q = [false, true, false]
# expect low = false
# expect p = [1, 1, 1]
input c: bool[k]
s := c + c
t := sum(c)
m := mean(c)
n := -c
h := c/2
e := exp(c)
q := not c
low := min(c)
p := c^0
