# `and=` and `or=`, on truths and on arrays of them.
# input x = [3.0, -2.0]
# expect p = False
# expect q = True
# expect v = [True, False]
input x: real[n]
p := true; p and= x[1] > 0
q := false; q or= x[0] > 0
v := x > -5; v and= x > 0
