# Scans and differences along each axis of rank 3.
# input T = (arange(24.0).reshape(2, 3, 4)*7) % 5
# expect a = np.cumsum(T, axis=0)
# expect b = np.cumsum(T, axis=1)
# expect c = np.cumprod(T, axis=-1)
# expect f = diff(T, axis=1)
input T: real[p, q, r]
a := cumsum(T, axis=0)
b := cumsum(T, axis=1)
c := cumprod(T, axis=-1)
d := cummax(T, axis=2)
e := cummin(T, axis=0)
f := diff(T, axis=1)
