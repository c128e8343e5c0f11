# A condition in a body guards the subscript beside it.
# input v = [1.0, 2.0, 3.0]
# expect padded = [0.0, 1.0, 2.0, 3.0, 0.0]
# expect diff = [0.0, 1.0, 1.0]
# expect s = 5.0
# expect r = [0.0, 0.5, 1.0]
# expect first = [1, 0, 0]
input v: real[n]
padded := [v[i - 1] if 0 < i and i <= n else 0 for i in 0..n + 2]
diff := [v[i] - v[i - 1] if i > 0 else 0 for i in 0..n]
s := sum(v[i + 1] if i + 1 < n else 0 for i in 0..n)
r := [v[i] - 6//(n - i) + i*0.5 if i > 5 else 0.5*i for i in 0..n]
first := [1 if i == 0 or v[i - 1] < 0 else 0 for i in 0..n]
