# One step of a Kalman filter: prediction, gain, update.
# input A = np.eye(3) + 0.1*rng(1).standard_normal((3, 3))
# input H = rng(2).standard_normal((2, 3))
# input P = 2*np.eye(3)
# input Q = 0.1*np.eye(3)
# input R = 0.5*np.eye(2)
# input x = [1.0, 2.0, 3.0]
# input z = [0.5, -0.5]
# expect p = A @ P @ A.T + Q
# expect K = (A @ P @ A.T + Q) @ H.T @ linalg.inv(H @ (A @ P @ A.T + Q) @ H.T + R)
# count np.linalg.inv 0 on numpy
# count np.linalg.solve 1 on numpy
# count np.where 0 on numpy
input A: real[n, n]; input H: real[m, n]; input P: real[n, n]; input Q: real[n, n]; input R: real[m, m]
input x: real[n]; input z: real[m]
p := A@P@A.T + Q
K := p@H.T@inv(H@p@H.T + R)
predicted := A@x
updated := predicted + K@(z - H@predicted)
left := (eye(n) - K@H)@p
assert norm(left - left.T) < 1e-3, "a covariance is symmetric"
