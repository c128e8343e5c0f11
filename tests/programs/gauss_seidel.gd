# Gauss–Seidel's iteration: each new entry is used at once.
# input A = [[4.0, -1.0, 0.0], [-1.0, 4.0, -1.0], [0.0, -1.0, 4.0]]
# input b = [2.0, 4.0, 10.0]
# expect x = np.linalg.solve(A, b)
input A: real[n, n]
input b: real[n]
x := zeros(n)
repeat 60 {
    for i in 0..n {
        s := b[i]
        for j in 0..n {
            if j != i { s -= A[i, j]*x[j] }
        }
        x[i] := s/A[i, i]
    }
}
output x
