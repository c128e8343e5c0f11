# Numbers, nested arrays, promotion inside an array.
# input x = 2.0
# expect a = [1.0, 2.0, 0.5]
# expect b = [[1, 2], [3, 4]]
# expect c = [[2.0, 0.0], [4.0, 1.0]]
# expect d = 1000000
# expect h = 255
# expect e = 0.0015
# expect t = [true, false]
# expect s = [[[1], [2]], [[3], [4]]]
# expect r = [[1.0, 2.0], [2.0, 4.0]]
# expect mixed = [1, 0]
input x: real
a := [1, 2.0, 0.5]
b := [[1, 2], [3, 4]]
c := [[x, 0], [x*x, 1]]
d := 1_000_000; h := 0xFF; e := 1.5e-3
t := [true, false]
s := [[[1], [2]], [[3], [4]]]
v := [1, x]
r := [v, v*2]
mixed := [true, 0]
