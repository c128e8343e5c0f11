# The probability of observations under a hidden Markov model, summed over all paths.
# input A = [[0.7, 0.3], [0.4, 0.6]]
# input B = [[0.1, 0.4, 0.5], [0.7, 0.2, 0.1]]
# input start = [0.6, 0.4]
# input seen = [0, 1, 2]
# expect p = ((((array([0.6, 0.4])*B[:, 0]) @ A*B[:, 1]) @ A)*B[:, 2]).sum()
input A: real[s, s]; input B: real[s, o]; input start: real[s]; input seen: int[t]
f := start*B[:, seen[0]]
for k in 1..t { f := (f@A)*B[:, seen[k]] }
output p := sum(f)
