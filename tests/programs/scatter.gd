# On the left of := the last of repeated places wins; with += every occurrence counts.
# input k = [0, 3, 3, 1, 3]
# input w = [1.0, 2.0, 4.0, 8.0, 16.0]
# expect count = [1, 1, 0, 3]
# expect total = [1.0, 8.0, 0.0, 22.0]
# expect last = [1.0, 8.0, -1.0, 16.0]
# expect less = [-1.0, -8.0, 0.0, -22.0]
# expect product = [1.0, 8.0, 1.0, 128.0]
# expect M = [[1.0, 0.0], [1.0, 0.0], [0.0, 0.0], [3.0, 0.0]]
# expect halved = [64.0, 64.0, 128.0, 16.0]
# expect none = [0.0, 0.0, 0.0, 0.0]
input k: int[n]
input w: real[n]
count := zeros(4, int)
count[k] += 1
total := zeros(4)
total[k] += w
last := full(-1.0, 4)
last[k] := w
less := zeros(4)
less[k] -= w
product := ones(4)
product[k] *= w
M := zeros(4, 2)
M[k, 0] += 1
halved := full(128.0, 4)
halved[k] /= 2
none := zeros(4)
none[zeros(0, int)] += 1
