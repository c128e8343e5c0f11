# Random numbers fuse into what uses them: nothing of the size of the draw is stored on parallel.
# input m = 300
# input n = 40
# expect near = true
# count np.empty((m, n) 0 on parallel
# count @shared( 3 on parallel
input m: int
input n: int
x := mean([sum(randn(i, n)) for i in 0..m])
y := mean(rand(9, m, n)^2)
near := abs(y - 1/3) < 0.01 and abs(x) < 1
output near, x, y
