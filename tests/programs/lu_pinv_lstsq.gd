# lu with pivots, the pseudoinverse, least squares: tall, wide, of deficient rank.
# input A = [[1.0, 2.0], [-3.0, 4.0], [0.5, -1.0]]
# input b = [1.0, 2.0, 3.0]
# expect back = A
# expect wide = array(A).T
# expect P = [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
# expect L = [[1.0, 0.0], [-1/3, 1.0], [-1/6, -0.1]]
# expect U = [[-3.0, 4.0], [0.0, 10/3]]
# expect x = np.linalg.lstsq(A, b, rcond=None)[0]
# expect X = np.linalg.lstsq(A, np.column_stack((b, b)), rcond=None)[0]
# expect short = np.linalg.lstsq(array(A).T, b[:2], rcond=None)[0]
# expect inverse = np.linalg.pinv(A)
# expect poor = [[0.25, 0.25], [0.25, 0.25]]
# expect nothing = zeros((3, 2))
# expect few = [1.5]
# expect cycle = [[0.0, 1.0, 2.0], [1.0, 1.0, 5.0], [3.0, 4.0, 0.0]]
input A: real[m, n]; input b: real[m]
(P, L, U) := lu(A)
back := P@L@U
(p, l, u) := lu(A.T)
wide := p@l@u
x := lstsq(A, b); X := lstsq(A, stack(b, b, axis=1)); short := lstsq(A.T, b[:2])
inverse := pinv(A); poor := pinv([[1, 1], [1, 1]]); nothing := pinv(zeros(2, 3)); few := lstsq([[1], [1]], [1, 2])
(q, M, V) := lu([[0, 1, 2], [1, 1, 5], [3, 4, 0]]); cycle := q@M@V
