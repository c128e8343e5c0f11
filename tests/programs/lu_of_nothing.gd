# A matrix without columns has factors without columns; without rows, without rows.
# expect tall = zeros((3, 0))
# expect wide = zeros((0, 3))
# expect P = eye(3)
(P, L, U) := lu(zeros(3, 0))
tall := P@L@U
(p, l, u) := lu(zeros(0, 3))
wide := p@l@u
output tall, wide, P
