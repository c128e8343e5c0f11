# Reading a name that no round assigned is an error, found when the program runs.
# input n = 0
# error name 7: x, no value
input n: int
for i in 0..n { x := i }
y := 1
y := x
output y
