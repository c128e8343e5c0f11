# Of two inverses the one that was written first fails first, whatever they become and wherever they are used.
# input A = [[1.0, 2.0], [2.0, 4.0]]
# input w = [1.0, 2.0]
# error value 7: A is singular
input A: real[n, n]
input w: real[n]
P := inv(A)
Q := inv(2*A)
x := Q@w
y := P@w
output x, y
