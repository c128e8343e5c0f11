# How many eigenvalues of a tridiagonal matrix lie below x: signs of a recurrence.
# input d = [2.0, 2.0, 2.0, 2.0]
# input e = [-1.0, -1.0, -1.0]
# expect below = [0, 1, 2, 3, 4]
input d: real[n]; input e: real[n - 1]
def count(x, d, e) {
    q := d[0] - x
    k := 1 if q < 0 else 0
    for i in 1..size(d, 0) {
        q := d[i] - x - e[i - 1]^2/q
        k += 1 if q < 0 else 0
    }
    return k
}
x := [0.1, 0.5, 2.1, 3.0, 3.9]
output below := [count(x[j], d, e) for j]
