# Three bodies under gravity: the total momentum stays.
# input p = [[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]]
# input v = [[0.0, 0.1], [0.0, 0.5], [-0.3, 0.0]]
# input m = [3.0, 1.0, 1.0]
# expect momentum = array(m) @ v
# expect centre = (array(m) @ p + 0.5*(array(m) @ v))/5.0
# tolerance 1e-5
input p: real[n, 2]; input v: real[n, 2]; input m: real[n]
h := 0.005
repeat 100 {
    d := p[new, :, :] - p[:, new, :]
    r := sqrt(sum(d^2, axis=2) + 0.01)
    a := [sum(m[j]*d[i, j, c]/r[i, j]^3 for j) for i, c]
    v := v + h*a
    p := p + h*v
}
output momentum := m@v
output centre := m@p/sum(m)
