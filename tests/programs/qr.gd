# qr: thin, R's diagonal not negative; tall, wide, empty.
# input A = [[1.0, 2.0], [-3.0, 4.0], [0.5, -1.0]]
# expect back = A
# expect unit = eye(2)
# expect d = [sqrt(10.25), 4.5]
# tolerance 1e-8
# expect wide = array(A).T
# expect none = zeros((0, 2))
# expect one = [[-1.0]]
# expect two = [[2.0]]
# count packed_qr( 4 on numpy
input A: real[m, n]
(Q, R) := qr(A)
back := Q@R; unit := Q.T@Q
(q, r) := qr(A.T)
wide := q@r; d := [R[0, 0], sum(abs(R[1:, 0])) + 4.5]
(e, none) := qr(zeros(0, 2))
(one, two) := qr([[-2]])
output back, unit, wide, none, one, two, d, Q, R, q, r
