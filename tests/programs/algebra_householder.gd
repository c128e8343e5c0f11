# A reflection is applied without the matrix of the reflection.
# input u = [1.0, 2.0, 2.0, 0.5]
# input v = [2.0, -1.0, 0.0, 0.5]
# input x = [3.0, 1.0, -1.0, 2.0]
# input A = rng(1).standard_normal((4, 4))
# expect y = x - 2*v*(v @ x)/(v @ v)
# expect B = A - 2*outer(u, u @ A)/(u @ u)
# count np.where 0 on numpy
# count v @ x 1 on numpy
# count u @ A 1 on numpy
input u: real[n]; input v: real[n]; input x: real[n]; input A: real[n, n]
y := (eye(n) - 2*outer(v, v)/(v@v))@x
B := (eye(n) - 2*outer(u, u)/(u@u))@A
