# argmin and argmax take the first of ties; -0.0 and 0.0 tie.
# input x = [2.0, 1.0, 1.0, 2.0]
# expect a = 1
# expect b = 0
# expect z = 0
# expect r = [0, 1]
# expect t = [false, true]
input x: real[n]
a := argmin(x); b := argmax(x)
z := argmax([0.0, -0.0])
r := argmax([[1, 1, 0], [0, 2, 2]], axis=1)
t := [argmin([true, false, false]) == 0, argmin([true, false, false]) == 1]
