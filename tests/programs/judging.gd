# cross_entropy and accuracy: class numbers, rows of targets, or vectors; 0 log 0 is 0.
# input p = [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4]]
# input y = [0, 1, 0]
# input t = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.5, 0.0, 0.5]]
# expect a = -log([0.7, 0.8, 0.3]).mean()
# expect b = -(log(0.7) + log(0.8) + 0.5*log(0.3) + 0.5*log(0.4))/3
# expect c = -log([0.9, 0.75]).mean()
# expect sure = 0.0
# expect never = inf
# expect right = 2/3
# expect rows = 2/3
# expect same = 0.5
input p: real[size_m, size_k]; input y: int[size_m]; input t: real[size_m, size_k]
a := cross_entropy(p, y); b := cross_entropy(p, t); c := cross_entropy([0.9, 0.25], [1, 0])
sure := cross_entropy([1.0, 0.0], [1, 0]); never := cross_entropy([0.0, 0.5], [1, 0])
right := accuracy(p, y); rows := accuracy(p, [[1, 0, 0], [0, 1, 0], [0, 1, 0]]); same := accuracy([1, 2], [1, 3])
