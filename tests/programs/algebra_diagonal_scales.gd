# A diagonal matrix scales rows or columns; the unit matrix does nothing.
# input d = [1.0, 2.0, -1.0, 0.5]
# input A = rng(1).standard_normal((4, 4))
# input x = [1.0, 2.0, 3.0, 4.0]
# expect rows = diag(d) @ A
# expect columns = A @ diag(d)
# expect both = diag(d) @ A @ diag(d)
# expect v = d*x
# expect same = A
# expect twice = 2*x
# expect turned = x @ (3*np.eye(4))
# count d[:, None] * A 1 on numpy
# count np.where 0 on numpy
input d: real[n]; input A: real[n, n]; input x: real[n]
rows := diag(d)@A
columns := A@diag(d)
both := diag(d)@A@diag(d)
v := diag(d)@x
same := eye(n)@A
twice := (2*eye(n))@x
turned := x@(3*eye(n))
