# eig: complex, by the real, then the imaginary part.
# input A = [[0.0, 1.0, 0.0], [-1.0, 0.0, 0.5], [2.0, 0.0, 3.0]]
# expect w = sort(np.linalg.eigvals(A))
# expect rest = 0.0
# expect turn = [-1.0, 1.0]
# expect vector = [sqrt(0.5), 0.0]
# expect jordan = [2.0, 2.0, 2.0]
# expect diagonal = [1.0, 2.0]
# tolerance 1e-5
input A: real[n, n]
(w, V) := eig(A)
rest := sum(abs(A@V - V*w[new, :]))
(t, X) := eig([[0, 1], [-1, 0]])
turn := imag(t); vector := [real(X[0, 0]), imag(X[0, 0])]
(j, J) := eig([[2.0, 1.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 2.0]])
jordan := real(j)
(d, D) := eig([[2.0, 0.0], [0.0, 1.0]])
diagonal := real(d)
output w, rest, turn, vector, jordan, diagonal
