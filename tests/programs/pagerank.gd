# Where a surfer who jumps with probability 0.15 is found.
# input links = [[0, 1, 1, 0], [0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 1, 0]]
# expect total = 1.0
# expect best = 2
# expect fixed = 0.0
# tolerance 1e-6
input links: real[n, n]
P := links/sum(links, axis=1, keepdims=true)
r := full(1/n, n)
repeat 100 { r := 0.15/n + 0.85*P.T@r }
output total := sum(r)
output best := argmax(r)
output fixed := norm(r - (0.15/n + 0.85*r@P))
