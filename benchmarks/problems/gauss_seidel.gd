# Gauss and Seidel: each inner point becomes the mean of itself and its eight neighbours, the new ones where there are.
input u: real[n, n]
param steps: int = 10
repeat steps {
    for i in 1..n - 1, j in 1..n - 1 {
        u[i, j] := (u[i - 1, j - 1] + u[i - 1, j] + u[i - 1, j + 1] + u[i, j - 1] + u[i, j] + u[i, j + 1]
                    + u[i + 1, j - 1] + u[i + 1, j] + u[i + 1, j + 1])/9
    }
}
output u
