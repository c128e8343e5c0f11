# The polynomial through points, at other places.
# input x = [0.0, 1.0, 2.0, 4.0]
# input y = [1.0, 3.0, 11.0, 69.0]
# input t = [0.5, 3.0]
# expect p = array(t)**3 + array(t) + 1
input x: real[n]; input y: real[n]; input t: real[k]
p := [sum(y[i]*prod((t[q] - x[j])/(x[i] - x[j]) if i != j else 1.0 for j) for i) for q]
