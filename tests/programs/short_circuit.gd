# On scalars `and` and `or` do not evaluate what does not count.
# input v = [1.0, 2.0]
# expect a = false
# expect b = true
# expect c = 9
# expect d = 3.0
input v: real[n]
param k: int = 5
a := k < size(v) and v[k] > 0
b := k >= size(v) or v[k] > 0
c := 0
i := 0
while i < 10 and 10 // (10 - i) > 0 {
    c := i
    i += 1
}
d := v[k] if k < size(v) else sum(v)
