# reshape, concat, stack, flip, roll, tile, squeeze, broadcast.
# input A = arange(6).reshape(2, 3)
# input v = [1.0, 2.0, 3.0]
# expect r = A.reshape(3, 2)
# expect r1 = A.reshape(-1)
# expect r2 = A.reshape(1, -1, 2)
# expect c = concatenate([A, A])
# expect c1 = concatenate([A, A.sum(1, keepdims=True)], axis=1)
# expect s = stack([v, v])
# expect s1 = stack([v, array(v)*2], axis=1)
# expect f = A[::-1, ::-1]
# expect f1 = A[:, ::-1]
# expect o = roll(v, 1)
# expect o1 = roll(A, -1, axis=1)
# expect o2 = roll(A, 4)
# expect t = tile(v, 2)
# expect t1 = tile(A, (2, 1))
# expect t2 = tile(v, (2, 2))
# expect q = v
# expect b = [v, v]
# expect b1 = [[5, 5], [5, 5]]
# expect u = [1.0, 2.0]
# expect j = concatenate([v, [1.0]])
input A: int[m, n]
input v: real[n]
r := reshape(A, 3, 2)
r1 := reshape(A, -1)
r2 := reshape(A, 1, -1, 2)
c := concat(A, A, axis=0)
c1 := concat(A, sum(A, axis=1, keepdims=true), axis=1)
s := stack(v, v)
s1 := stack(v, v*2, axis=1)
f := flip(A)
f1 := flip(A, axis=1)
o := roll(v, 1)
o1 := roll(A, -1, axis=1)
o2 := roll(A, 4)
t := tile(v, 2)
t1 := tile(A, 2, 1)
t2 := tile(v, 2, 2)
q := squeeze(v[new, :, new])
b := broadcast(v, 2, n)
b1 := broadcast(5, 2, 2)
u := stack(1, 2.0)
j := concat(v, [1])
