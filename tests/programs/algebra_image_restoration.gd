# x = inv(H.T@H + l*s^2*I)@(H.T@y + l*s^2*(v - u)): one round of a splitting method.
# input H = rng(1).standard_normal((5, 6))
# input y = rng(2).standard_normal(5)
# input v = rng(3).standard_normal(6)
# input u = rng(4).standard_normal(6)
# expect x = linalg.solve(H.T @ H + 0.2*np.eye(6), H.T @ y + 0.2*(v - u))
# count np.linalg.inv 0 on numpy
input H: real[m, n]; input y: real[m]; input v: real[n]; input u: real[n]
param l: real = 0.2
x := inv(H.T@H + l*eye(n))@(H.T@y + l*(v - u))
